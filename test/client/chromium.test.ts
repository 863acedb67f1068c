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
import { type Chromium, needChromium, startChromium } from "../support/chromium.js";
import { findFreePort, needMosquitto, startMosquitto } from "../support/mosquitto.js";
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
  const [way, port, versions] = hash.slice(1).split(":");
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
    if (way === "ask") for (const version of JSON.parse(versions)) await ask(version);
    else await connect(broker).catch(({ code }) => report("refused", { code, origin }));
  } catch (error) {
    await report("failed", String(error.stack ?? error));
  }`;

const html = '<!doctype html><script type="module" src="/page.js"></script>';

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

interface PageServer {
  readonly port: number;
  readonly next: Reports;
}

/** A server with the page; pages tell it what they got. */
async function servePage(t: TestContext): Promise<PageServer> {
  const bundled = await bundlePage();
  const told = new Map<string, unknown[]>();
  let changed = createDeferred<void>();
  const server = createServer((request, response) => {
    if (request.method !== "POST") {
      const isScript = request.url === "/page.js";
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? bundled : html);
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

/** Lets a page ask, over each version of MQTT in turn, and hear a peak that somebody sends meanwhile. */
async function askInPage(
  t: TestContext,
  { chromium, page }: { chromium: Chromium; page: PageServer },
  { port, wsPort, versions }: { port: number; wsPort: number; versions: readonly number[] },
): Promise<void> {
  const attic = await connectTestClient(t, port);
  chromium.open(`http://127.0.0.1:${page.port}/#ask:${wsPort}:${JSON.stringify(versions)}`);
  for (const version of versions) {
    assert.deepEqual(reports.listening.parse(await page.next("listening")), { version });
    const peak = somePeak(`peak-${version}`);
    await attic.publish("earshot/attic/mic/peak", JSON.stringify(peak));
    assert.deepEqual(reports.asked.parse(await page.next("asked")), {
      version,
      artist: "Adele",
      songs: 3,
      refusal: "bad_request",
      peak: peak.id,
    });
  }
}

// One test around all, so that Chromium ends with it and not with all that this process tests.
test("in the real Chromium", async (t) => {
  if (!needChromium(t)) return;
  const browser = { chromium: await startChromium(t), page: await servePage(t) };

  await t.test("a page asks and hears peaks over WebSocket, on MQTT 3.1.1 and 5", async (t) => {
    const wsPort = await findFreePort();
    const node = await startNodeHere(t, { EARSHOT_BROKER_WS_PORT: String(wsPort) });
    await askInPage(t, browser, { port: node.port, wsPort, versions: [4, 5] });
  });

  await t.test("a page asks and hears peaks over Mosquitto's WebSocket", async (t) => {
    if (!needMosquitto(t, "mosquitto")) return;
    const wsPort = await findFreePort();
    const web = `listener ${wsPort} 127.0.0.1\nprotocol websockets\n`;
    const port = await startMosquitto(t, `allow_anonymous true\n${web}`);
    await startNodeHere(t, {
      EARSHOT_BROKER_MODE: "external",
      EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${port}`,
    });
    await askInPage(t, browser, { port, wsPort, versions: [5] });
  });

  await t.test(
    "a page of another origin is not let in, and its program hears why it cannot connect",
    async (t) => {
      const wsPort = await findFreePort();
      await startNodeHere(t, { EARSHOT_BROKER_WS_PORT: String(wsPort) });
      const origin = `http://localhost:${browser.page.port}`;
      browser.chromium.open(`${origin}/#refused:${wsPort}`);
      assert.deepEqual(reports.refused.parse(await browser.page.next("refused")), {
        code: "broker_unavailable",
        origin,
      });
    },
  );
});
