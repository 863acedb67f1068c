import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, EarshotError, RecommendError } from "../../src/client/client.js";
import { somePeak } from "./some-peak.js";
import { startCutProxy } from "../support/cut-proxy.js";
import { findFreePort, needMosquitto, startMosquitto } from "../support/mosquitto.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { shareNode } from "../support/share.js";
import { startNodeHere } from "../support/node-here.js";

const node = shareNode();
const urlOf = (port: number): string => `mqtt://127.0.0.1:${port}`;

for (const version of [4, 5] as const) {
  test(`a program asks the embedded broker's node over MQTT version ${version}`, async (t) => {
    const earshot = await connect(urlOf((await node()).port), { version });
    t.after(() => earshot.close());
    const byTitle = await earshot.recommend("bohemian rapsody");
    assert.equal(byTitle.match.title, "Bohemian Rhapsody");
    assert.equal(byTitle.results.length, 10);
    const filtered = await earshot.recommend(
      { title: "Hello", artist: "Adele" },
      { limit: 3, filters: { year: [1990, 2010] }, maxPerArtist: 1 },
    );
    assert.equal(filtered.match.artist, "Adele");
    assert.equal(filtered.results.length, 3);
    assert.ok(filtered.results.every(({ year = 0 }) => year >= 1990 && year <= 2010));
    const byId = await earshot.recommend({ song_id: byTitle.match.id });
    assert.equal(byId.match.kind, "id");
  });
}

test("a refusal is an error with the contract's code, and with what may have been meant", async (t) => {
  const earshot = await connect(urlOf((await node()).port), { node: "test" });
  t.after(() => earshot.close());
  await assert.rejects(earshot.recommend("Yesterday by Adele"), (error) => {
    assert.ok(error instanceof RecommendError);
    assert.equal(error.code, "not_found");
    assert.equal(error.suggestions[0]?.artist, "The Beatles");
    return true;
  });
  await assert.rejects(earshot.recommend("Hello", { limit: 0 }), { code: "bad_request" });
});

test("many questions at a time get each its own reply", async (t) => {
  const earshot = await connect(urlOf((await node()).port));
  t.after(() => earshot.close());
  const titles = ["Hello", "Yesterday", "Dream On", "Hey Jude", "Heaven"];
  const replies = await Promise.all(titles.map((title) => earshot.recommend(title, { limit: 1 })));
  assert.deepEqual(
    replies.map(({ query }) => query),
    titles,
  );
});

test("silence, an abort and a close each end the waiting with their own error", async (t) => {
  const earshot = await connect(urlOf((await node()).port), { base: "nobody" });
  t.after(() => earshot.close());
  await assert.rejects(earshot.recommend("Hello", { timeoutMs: 50 }), { code: "timeout" });
  const leaving = new AbortController();
  const left = earshot.recommend("Hello", { signal: leaving.signal });
  leaving.abort(new Error("no longer wanted"));
  await assert.rejects(left, /no longer wanted/u);
  const closed = assert.rejects(earshot.recommend("Hello"), { code: "broker_unavailable" });
  await earshot.close();
  await closed;
});

test("a question to a recommender that is not there yet is asked again until it is", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await startMosquitto(t);
  const earshot = await connect(urlOf(port));
  t.after(() => earshot.close());
  const reply = earshot.recommend("Hello by Adele", { retryAfterMs: 100 });
  await startNodeHere(t, { EARSHOT_BROKER_MODE: "external", EARSHOT_MQTT_URL: urlOf(port) });
  assert.equal((await reply).match.artist, "Adele");
});

test("each peak is told once, and a retained one not at all", async (t) => {
  const teller = await connectTestClient(t, (await node()).port);
  const peak = somePeak("one");
  const topic = "earshot/attic/mic/peak";
  await teller.publish(topic, JSON.stringify({ ...peak, id: "old" }), { retain: true });
  const earshot = await connect(urlOf((await node()).port));
  t.after(() => earshot.close());
  const heard: string[] = [];
  let tellEnd = (): void => {};
  const end = new Promise<void>((resolve) => (tellEnd = resolve));
  const stop = await earshot.onPeak(({ id }) => {
    heard.push(id);
    if (id === "two") tellEnd();
  });
  for (const text of [peak, peak, "nonsense", { ...peak, id: "two" }]) {
    await teller.publish(topic, JSON.stringify(text));
  }
  await end;
  assert.deepEqual(heard, ["one", "two"]);
  await stop();
  await teller.publish(topic, "", { retain: true });
});

test("the state of every node is told on subscribing", async (t) => {
  const earshot = await connect(urlOf((await node()).port));
  t.after(() => earshot.close());
  const first = await new Promise((resolve) => {
    void earshot.onStatus((status, name) => {
      resolve([status, name]);
    });
  });
  assert.deepEqual(first, ["online", "test"]);
});

test("a program's own mqtt.js client is used, and left open and without our filters", async (t) => {
  const { client } = await connectTestClient(t, (await node()).port, { protocolVersion: 5 });
  const earshot = await connect({ client });
  assert.equal((await earshot.recommend("Hello by Adele")).match.artist, "Adele");
  await earshot.close();
  assert.ok(client.connected);
  assert.equal(client.listenerCount("message"), 1, "the test's own");
});

test("while the broker is away questions are refused and not kept; one that still waits is asked when it is back", async (t) => {
  const proxy = await startCutProxy(t, (await node()).port);
  // With 0 mqtt.js would not subscribe again; it is brought back by hand below.
  const away = await connectTestClient(t, proxy.port, { reconnectPeriod: 3_600_000 });
  const watcher = await connectTestClient(t, (await node()).port);
  await watcher.subscribe("earshot/any/recommend/request/away");
  const earshot = await connect({ client: away.client }, { clientId: "away" });
  t.after(() => earshot.close());
  proxy.cut();
  await away.closed();
  const hasty = { timeoutMs: 20, retryAfterMs: 5 };
  const refusal = { code: "broker_unavailable", message: /no connection/u };
  await Promise.all(
    Array.from({ length: 50 }, () => assert.rejects(earshot.recommend("Hello", hasty), refusal)),
  );
  const patient = earshot.recommend("Hey Jude", { retryAfterMs: 0 });
  away.client.reconnect();
  assert.equal((await patient).match.title, "Hey Jude");
  await watcher.publish("earshot/any/recommend/request/away", "end");
  await watcher.next(({ text }) => text === "end");
  assert.deepEqual(
    watcher.seen.map(({ text }) => JSON.parse(text).title),
    ["Hey Jude"],
  );
});

test("a broker that is not there, and a name that is none, are told at once", async () => {
  const nowhere = urlOf(await findFreePort());
  await assert.rejects(connect(nowhere), (error) => {
    assert.ok(error instanceof EarshotError);
    assert.equal(error.code, "broker_unavailable");
    assert.match(error.message, /ECONNREFUSED/u);
    return true;
  });
  await assert.rejects(connect(nowhere, { clientId: "a/b" }), { code: "bad_usage" });
});
