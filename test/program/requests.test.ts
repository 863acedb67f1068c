import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "csv-parse/sync";
import mqtt from "mqtt";
import {
  type ErrorReply,
  type OkReply,
  type RecommendReply,
  replySchema,
} from "../../src/contract/reply.js";
import { createDeferred } from "../../src/deferred.js";
import { withDeadline } from "../../src/lifecycle.js";
import { programRoot } from "../../src/program.js";
import { hideArecord } from "../mic/fake-arecord.js";
import { findFreePort, needMosquitto, startMosquitto } from "../support/mosquitto.js";
import { connectTestClient, type TestClient } from "../support/mqtt-client.js";
import { startNodeHere } from "../support/node-here.js";
import { shareNode } from "../support/share.js";
import type { Cleanup } from "../support/temp-folder.js";

/** A client with a name of its own on one node; it asks and waits for the reply. */
interface Asker {
  readonly client: TestClient;
  readonly name: string;
  ask(payload: string | Buffer): Promise<RecommendReply>;
  askOk(payload: object): Promise<OkReply>;
  askError(payload: string | Buffer): Promise<ErrorReply["error"]>;
}

const sharedNode = shareNode();
let askers = 0;

async function connectAsker(t: Cleanup, port?: number): Promise<Asker> {
  const client = await connectTestClient(t, port ?? (await sharedNode()).port);
  askers += 1;
  const name = `asker-${askers}`;
  await client.subscribe(replyTo(name));
  const ask: Asker["ask"] = async (payload) => {
    await client.publish(requestFrom(name), payload);
    const { text, retain } = await client.next(({ topic }) => topic === replyTo(name));
    assert.ok(!retain, "replies are never retained");
    return replySchema.parse(JSON.parse(text));
  };
  return {
    client,
    name,
    ask,
    async askOk(payload) {
      const reply = await ask(JSON.stringify(payload));
      assert.ok(reply.status === "ok", JSON.stringify(reply));
      return reply;
    },
    async askError(payload) {
      const reply = await ask(payload);
      assert.ok(reply.status === "error", "it was answered");
      return reply.error;
    },
  };
}

function requestFrom(name: string): string {
  return `earshot/test/recommend/request/${name}`;
}

function replyTo(name: string): string {
  return `earshot/test/recommend/reply/${name}`;
}

test("what comes as soon as the port is open is answered, and sets what it says", async (t) => {
  hideArecord(t);
  const port = await findFreePort();
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 2 });
  t.after(() => client.endAsync(true));
  client.on("error", () => {});
  const ids = Array.from({ length: 20 }, (_, index) => `request-${index}`);
  const waiting = new Set(ids);
  const answered = createDeferred<void>();
  client.on("message", (_topic, payload) => {
    waiting.delete(replySchema.parse(JSON.parse(payload.toString())).id);
    if (waiting.size === 0) answered.resolve();
  });
  client.once("connect", () => {
    client.subscribe(replyTo("early"), { qos: 1 });
    for (const id of ids)
      client.publish(requestFrom("early"), JSON.stringify({ id, title: "Hello" }), { qos: 1 });
    client.publish("earshot/test/mic/threshold/set", "17", { qos: 1 });
  });
  await startNodeHere(t, { EARSHOT_BROKER_PORT: String(port), EARSHOT_MIC_ENABLED: "true" });
  await withDeadline(answered.promise, 5000, "answering the first requests");
  const later = await connectTestClient(t, port);
  await later.subscribe("earshot/test/mic/threshold");
  await later.next(({ text }) => text === "17");
});

test("bad input gets the contract's error, and the next request its answer", async (t) => {
  const asker = await connectAsker(t);
  const cases: readonly (readonly [string | Buffer, string])[] = [
    ["{not json", "bad_request"],
    ["", "bad_request"],
    ["x".repeat(300), "bad_request"],
    ['{"title":"a","limit":0}', "bad_request"],
    ['{"title":"a","limit":1e9}', "bad_request"],
    ['{"title":"a","limit":NaN}', "bad_request"],
    ['{"title":["a"]}', "bad_request"],
    ['{"title":"a","colour":"red"}', "bad_request"],
    ['{"title":"Hello","filters":{"colour":[0,1]}}', "bad_request"],
    ['{"title":"Hello","filters":{"__proto__":[0,1]}}', "bad_request"],
    [Buffer.from([0xff, 0xfe, 0x00]), "bad_request"],
    [randomBytes(64).fill(0xc0, 0, 2), "bad_request"],
    [Buffer.alloc(512 * 1024, "x"), "too_large"],
    ["qqqqqqqq zzzzzzzz xxxxxxxx", "not_found"],
    ['{"song_id":"no such id"}', "not_found"],
    ['{"title":"Hello","artist":"Nobody Atall"}', "not_found"],
    ['{"title":"Hello","reply_to":"homeassistant/x/config"}', "forbidden_reply_topic"],
    ['{"title":"Hello","reply_to":"$SYS/x"}', "forbidden_reply_topic"],
    ['{"title":"Hello","reply_to":"earshot/#"}', "forbidden_reply_topic"],
    [`{"title":"Hello","reply_to":"${requestFrom("me")}"}`, "forbidden_reply_topic"],
  ];
  for (const [payload, code] of cases) {
    const error = await asker.askError(payload);
    assert.equal(error.code, code, String(payload).slice(0, 80));
    const next = await asker.ask("Bohemian Rhapsody");
    assert.equal(next.status, "ok");
  }
});

test("a request that was retained is not answered, nor one from a name that is none", async (t) => {
  const client = await connectTestClient(t, (await sharedNode()).port);
  await client.subscribe("earshot/test/recommend/reply/#");
  await client.publish("earshot/test/recommend/request/me", "Hello", { retain: true });
  for (const name of ["a b", "x".repeat(65), "ä", ""]) {
    await client.publish(`earshot/test/recommend/request/${name}`, "Hello");
  }
  await client.publish("earshot/test/recommend/request/last", "Hello");
  const { topic } = await client.next(() => true);
  assert.equal(topic, "earshot/test/recommend/reply/last");
  assert.ok(
    (await sharedNode()).log.some(
      (line) => line.includes("request ignored") && line.includes('"retained":true'),
    ),
  );
});

test("a retained request is not answered again when the node comes back", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await startMosquitto(t);
  const client = await connectTestClient(t, port);
  await client.subscribe("earshot/test/recommend/reply/+");
  await client.publish("earshot/test/recommend/request/me", "Hello", { retain: true });
  await startNodeHere(t, {
    EARSHOT_BROKER_MODE: "external",
    EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${port}`,
  });
  await client.publish("earshot/test/recommend/request/other", "Hello");
  await client.next(({ topic }) => topic.endsWith("reply/other"));
  assert.ok(!client.seen.some(({ topic }) => topic.endsWith("reply/me")));
});

test("reply_to below the base is honoured, and the reply is not retained", async (t) => {
  const { client, name } = await connectAsker(t);
  await client.subscribe("earshot/phones/anna");
  await client.publish(requestFrom(name), '{"title":"Hello","reply_to":"earshot/phones/anna"}');
  const reply = await client.next(({ topic }) => topic === "earshot/phones/anna");
  assert.equal(JSON.parse(reply.text).status, "ok");
  const late = await connectTestClient(t, (await sharedNode()).port);
  await late.subscribe("earshot/phones/anna");
  await late.publish("earshot/phones/anna", "marker");
  assert.equal((await late.next(() => true)).text, "marker");
});

test("a request to any recommender is answered on the any topic", async (t) => {
  const { client } = await connectAsker(t);
  await client.subscribe("earshot/any/recommend/reply/me");
  await client.publish("earshot/any/recommend/request/me", "Hello");
  const { text } = await client.next(({ topic }) => topic === "earshot/any/recommend/reply/me");
  assert.equal(JSON.parse(text).status, "ok");
});

test("MQTT 5's Response Topic and Correlation Data come back with the reply", async (t) => {
  const client = await connectTestClient(t, (await sharedNode()).port, { protocolVersion: 5 });
  await client.subscribe("earshot/answers/#");
  const correlationData = Buffer.from([0, 1, 2, 255]);
  await client.publish(requestFrom("five"), "Hello", {
    properties: { responseTopic: "earshot/answers/1", correlationData },
  });
  const reply = await client.next(() => true);
  assert.equal(reply.topic, "earshot/answers/1");
  assert.deepEqual(reply.correlationData, correlationData);
});

/** The songs of the file that the node's catalogue is built from. */
async function readStarter(): Promise<
  readonly Readonly<Record<"title" | "year" | "energy" | "danceability" | "loudness", string>>[]
> {
  const text = await readFile(join(programRoot, "data", "starter.csv"), "utf8");
  return parse<Awaited<ReturnType<typeof readStarter>>[number]>(text, { columns: true });
}

test("filters hold, also when they leave few songs, and so does max_per_artist", async (t) => {
  const asker = await connectAsker(t);
  const seventies = await asker.askOk({
    title: "Bohemian Rhapsody",
    limit: 100,
    filters: { year: [1970, 1979] },
  });
  assert.ok(seventies.results.length > 50);
  assert.ok(
    seventies.results.every(({ year }) => year !== undefined && year >= 1970 && year <= 1979),
  );
  // Few songs: every one of the year must be found, without the work that was asked for.
  for (const year of [1951, 1975]) {
    const { results } = await asker.askOk({
      title: "Bohemian Rhapsody",
      limit: 100,
      filters: { year: [year, year] },
    });
    const expected = (await readStarter())
      .filter((song) => song.year === String(year) && song.title !== "Bohemian Rhapsody")
      .map(({ title }) => title);
    assert.ok(expected.length > 0);
    assert.deepEqual(results.map(({ title }) => title).toSorted(), expected.toSorted());
  }
  // Catalogues keep single precision, in which 0.6 is a little more, and -8.2 a little less.
  for (const [column, value] of [
    ["energy", "0.60"],
    ["danceability", "0.90"],
    ["loudness", "-8.2"],
  ] as const) {
    const { results } = await asker.askOk({
      title: "Bohemian Rhapsody",
      limit: 100,
      filters: { [column]: [Number(value), Number(value)] },
    });
    const expected = (await readStarter())
      .filter((song) => Number(song[column]) === Number(value))
      .map(({ title }) => title);
    assert.ok(expected.length > 0);
    assert.deepEqual(results.map(({ title }) => title).toSorted(), expected.toSorted(), column);
  }
  const single = await asker.askOk({ title: "Bohemian Rhapsody", limit: 100, max_per_artist: 1 });
  const artists = single.results.map(({ artist }) => artist);
  assert.equal(new Set(artists).size, artists.length);
});

test("the same question gets the same answer, also by the id that a reply gave", async (t) => {
  const asker = await connectAsker(t);
  const first = await asker.askOk({ title: "Bohemian Rhapsody", limit: 50 });
  const second = await asker.askOk({ title: "Bohemian Rhapsody by Queen", limit: 50 });
  const byId = await asker.askOk({ song_id: first.match.id, limit: 50 });
  assert.deepEqual(second.results, first.results);
  assert.deepEqual(byId.results, first.results);
  assert.equal(byId.match.kind, "id");
});

test("people's ways of writing a title all find the song", async (t) => {
  const asker = await connectAsker(t);
  const writings = [
    "BOHEMIAN RHAPSODY",
    "bohemian rapsody",
    "Queen - Bohemian Rhapsody",
    "Bohemian Rhapsody - Queen",
    "Bohemian Rhapsody by Queen",
    "bohemian rhapsody (2011 remaster)",
    "Bohemian Rhapsody!!!",
    "bohémian rhapsody",
  ];
  for (const title of writings) {
    const reply = await asker.askOk({ title });
    assert.equal(reply.match.title, "Bohemian Rhapsody", title);
    assert.ok(reply.match.score > 0 && reply.match.score <= 1);
  }
});

test("a song of the starter that has a name in two scripts is found by either", async (t) => {
  const asker = await connectAsker(t);
  const titles = (await readStarter()).map(({ title }) => title);
  const twoScripts = /^(?=.*\p{Script=Latin})(?=.*[^\p{Script=Latin}\P{L}])(.+) \((.+)\)$/u;
  const named = titles.flatMap((title) => twoScripts.exec(title) ?? []);
  assert.ok(named.length > 30);
  for (let at = 0; at < named.length; at += 3) {
    const [title = "", ...names] = named.slice(at, at + 3);
    for (const name of [title, ...names]) {
      const reply = await asker.askOk({ title: name, limit: 1 });
      assert.equal(reply.match.title, title, name);
    }
  }
});

test("the last good reply is retained, an error does not replace it", async (t) => {
  const asker = await connectAsker(t);
  const reply = await asker.askOk({ title: "Hello", artist: "Adele", id: "good" });
  await asker.askError("qqqqqqqq zzzzzzzz");
  const late = await connectTestClient(t, (await sharedNode()).port);
  await late.subscribe("earshot/test/recommend/last");
  const last = await late.next(({ text }) => JSON.parse(text).id === "good");
  assert.deepEqual(JSON.parse(last.text), reply);
  const later = await connectTestClient(t, (await sharedNode()).port);
  await later.subscribe("earshot/test/recommend/last");
  const kept = await later.next(() => true);
  assert.ok(kept.retain);
  assert.deepEqual(JSON.parse(kept.text), reply);
});

test("a flood from one client is limited, and another client is served all the same", async (t) => {
  const limited = await startNodeHere(t, { EARSHOT_RECOMMENDER_RATE_LIMIT: "20" });
  const asker = await connectAsker(t, limited.port);
  const flooder = await connectTestClient(t, limited.port);
  await flooder.subscribe("earshot/test/recommend/reply/flood");
  const count = 300;
  const sent = Array.from({ length: count }, (_, index) =>
    flooder.publish(
      "earshot/test/recommend/request/flood",
      JSON.stringify({ title: "Hello", id: String(index) }),
    ),
  );
  assert.equal((await asker.ask("Bohemian Rhapsody")).status, "ok");
  await Promise.all(sent);
  const ids = new Set<string>();
  let refused = 0;
  for (let index = 0; index < count; index += 1) {
    const reply = replySchema.parse(JSON.parse((await flooder.next(() => true)).text));
    ids.add(reply.id);
    if (reply.status === "error") {
      assert.equal(reply.error.code, "rate_limited");
      refused += 1;
    }
  }
  assert.equal(ids.size, count, "every request got its one reply");
  assert.ok(refused >= count - 60, `${refused} were refused`);
});

test("a subscriber that stops reading is dropped, and the others get their answers", async (t) => {
  const unlimited = await startNodeHere(t, { EARSHOT_RECOMMENDER_RATE_LIMIT: "0" });
  const slow = await connectTestClient(t, unlimited.port);
  await slow.subscribe(replyTo("slow"));
  slow.client.stream.pause();
  const flooder = await connectTestClient(t, unlimited.port);
  const asker = await connectAsker(t, unlimited.port);
  const request = JSON.stringify({ title: "Hello", limit: 100 });
  const isDropped = (): boolean => unlimited.log.some((line) => line.includes("client dropped"));
  for (let sent = 0; sent < 700 && !isDropped(); sent += 50) {
    const flood = Array.from({ length: 50 }, () => flooder.publish(requestFrom("slow"), request));
    await asker.ask("Bohemian Rhapsody");
    await Promise.all(flood);
  }
  const startedMs = performance.now();
  const reply = await asker.ask("Bohemian Rhapsody");
  assert.equal(reply.status, "ok");
  assert.ok(performance.now() - startedMs < 8000);
  assert.ok(isDropped());
});
