import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { programRoot } from "../../src/program.js";
import { findFreePort, needMosquitto, run, startMosquitto } from "../support/mosquitto.js";
import { startNodeHere } from "../support/node-here.js";

const entry = join(programRoot, "dist", "src", "client", "client.js");

test("nothing of Node's own is reachable from earshot/client", () => {
  const packages = new Set<string>();
  const files = new Set([entry]);
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    for (const [, name = ""] of text.matchAll(/(?:from|import)\s*\(?"([^"]+)"/gu)) {
      if (name.startsWith(".")) files.add(join(dirname(file), name));
      else packages.add(name);
    }
    assert.doesNotMatch(text, /\bBuffer\.from\b|\bprocess\.(?:env|nextTick|hrtime)\b/u, file);
  }
  assert.deepEqual([...packages].toSorted(), ["mqtt", "zod"]);
});

test("with the libraries' builds for browsers a page asks over WebSocket", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const wsPort = await findFreePort();
  const port = await startMosquitto(
    t,
    `allow_anonymous true\nlistener ${wsPort} 127.0.0.1\nprotocol websockets\n`,
  );
  await startNodeHere(t, {
    EARSHOT_BROKER_MODE: "external",
    EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${port}`,
  });
  // Node 20 has neither of these two; the WebSocket of ws keeps to the browsers' interface.
  const ws = join(programRoot, "node_modules", "ws", "wrapper.mjs");
  const page = `
    import { WebSocket } from ${JSON.stringify(ws)};
    globalThis.WebSocket = WebSocket;
    globalThis.navigator ??= { language: "en" };
    const { connect } = await import("earshot/client");
    const mqtt = { forceNativeWebSocket: true, timerVariant: "native" };
    const earshot = await connect("ws://127.0.0.1:${wsPort}/mqtt", { mqtt });
    const { match } = await earshot.recommend("Hello by Adele");
    console.log(match.artist);
    await earshot.close();`;
  const { stdout } = await run(
    process.execPath,
    ["--conditions=browser", "--input-type=module", "-e", page],
    { cwd: programRoot },
  );
  assert.equal(stdout, "Adele\n");
});
