import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { build } from "esbuild";
import { z } from "zod";
import { createDeferred } from "../../src/deferred.js";
import { programRoot } from "../../src/program.js";
import { somePeak } from "./some-peak.js";
import { needChromium, startChromium } from "../support/chromium.js";
import { findFreePort } from "../support/mosquitto.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { startNodeHere } from "../support/node-here.js";

/** What a page has told; each by the word it begins with. */
const reports = {
  listening: z.strictObject({ version: z.literal([4, 5]) }),
  asked: z.strictObject({
    version: z.literal([4, 5]),
    artist: z.string(),
    songs: z.int(),
    refusal: z.string(),
    peak: z.string(),
  }),
  refused: z.strictObject({ code: z.string(), origin: z.string() }),
};

const script = `
  import { connect } from "earshot/client";
  const { hash, origin } = location;
  const [way, port] = hash.slice(1).split(":");
  const report = (word, told) =>
    fetch("/" + word, { method: "POST", body: JSON.stringify(told) });
  const broker = "ws://127.0.0.1:" + port + "/mqtt";

  async function ask(version) {
    const earshot = await connect(broker, { version });
    const peak = new Promise((resolve) => {
      earshot.onPeak(resolve).then(() => report("listening", { version }));
    });
    const { match, results } = await earshot.recommend("Hello by Adele", { limit: 3 });
    const refusal = await earshot.recommend("Hello", { limit: 0 }).catch(({ code }) => code);
    const { id } = await peak;
    const told = { version, artist: match.artist, songs: results.length, refusal, peak: id };
    await report("asked", told);
    await earshot.close();
  }

  try {
    if (way === "ask") for (const version of [4, 5]) await ask(version);
    else await connect(broker).catch(({ code }) => report("refused", { code, origin }));
  } catch (error) {
    await report("failed", String(error.stack ?? error));
  }`;

const page = '<!doctype html><script type="module" src="/page.js"></script>';

/** The client as a page's bundler makes it, with the libraries' builds for browsers. */
async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: programRoot },
    bundle: true,
    write: false,
    platform: "browser",
    format: "esm",
    target: "es2022",
  });
  return outputFiles[0]?.text ?? "";
}

/** What pages have told, in turn. */
type Reports = (word: string) => Promise<unknown>;

/** A server with the page; pages tell it what they got. */
async function servePage(t: TestContext): Promise<{ port: number; next: Reports }> {
  const bundled = await bundlePage();
  const told = new Map<string, unknown[]>();
  let changed = createDeferred<void>();
  const server = createServer((request, response) => {
    if (request.method !== "POST") {
      const isScript = request.url === "/page.js";
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? bundled : page);
      return;
    }
    const word = request.url?.slice(1) ?? "";
    const take = async (): Promise<void> => {
      told.set(word, [...(told.get(word) ?? []), await json(request)]);
      changed.resolve();
      changed = createDeferred();
      response.end();
    };
    void take();
  }).listen(0, "127.0.0.1");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return {
    port: address.port,
    async next(word) {
      for (;;) {
        assert.deepEqual(told.get("failed"), undefined);
        const report = told.get(word)?.shift();
        if (report !== undefined) return report;
        await changed.promise;
      }
    },
  };
}

// One test around both, so that Chromium ends with it and not with all that this process tests.
test("in the real Chromium", async (t) => {
  if (!needChromium(t)) return;
  const chromium = await startChromium(t);

  await t.test("a page asks and hears peaks over WebSocket, on MQTT 3.1.1 and 5", async (t) => {
    const wsPort = await findFreePort();
    const node = await startNodeHere(t, { EARSHOT_BROKER_WS_PORT: String(wsPort) });
    const { port, next } = await servePage(t);
    const attic = await connectTestClient(t, node.port);
    chromium.open(`http://127.0.0.1:${port}/#ask:${wsPort}`);
    for (const version of [4, 5]) {
      assert.deepEqual(reports.listening.parse(await next("listening")), { version });
      const peak = somePeak(`peak-${version}`);
      await attic.publish("earshot/attic/mic/peak", JSON.stringify(peak));
      assert.deepEqual(reports.asked.parse(await next("asked")), {
        version,
        artist: "Adele",
        songs: 3,
        refusal: "bad_request",
        peak: peak.id,
      });
    }
  });

  await t.test(
    "a page of another origin is not let in, and its program hears why it cannot connect",
    async (t) => {
      const wsPort = await findFreePort();
      await startNodeHere(t, { EARSHOT_BROKER_WS_PORT: String(wsPort) });
      const { port, next } = await servePage(t);
      const origin = `http://localhost:${port}`;
      chromium.open(`${origin}/#refused:${wsPort}`);
      assert.deepEqual(reports.refused.parse(await next("refused")), {
        code: "broker_unavailable",
        origin,
      });
    },
  );
});
