import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import type { Bus, MessageHandler } from "../../src/bus/bus.js";
import type { IncomingMessage } from "../../src/bus/connection.js";
import { type RecommendReply, replySchema } from "../../src/contract/reply.js";
import { matchesFilter } from "../../src/contract/topic-filters.js";
import { nodeTopics } from "../../src/contract/topics.js";
import { createRecommender } from "../../src/recommender/recommender.js";
import type { SongSource } from "../../src/recommender/song-source.js";
import { recordLog } from "../support/logs.js";
import { createFakeSource } from "./song-source-fake.js";

const topics = nodeTopics({ base: "earshot", node: "test" });
const catalogue = createFakeSource(
  Array.from({ length: 60 }, (_, index) => ({
    work: index % 50,
    artist: index % 7,
    year: 1960 + index,
    place: index,
  })),
);

interface Published {
  readonly topic: string;
  readonly text: string;
  readonly retain: boolean;
  readonly correlationData: Uint8Array | undefined;
}

/** A recommender on a bus that only remembers what is published. */
async function setUp(source: () => SongSource | undefined = () => catalogue) {
  const published: Published[] = [];
  const handlers: MessageHandler[] = [];
  const bus: Bus = {
    publish(channel, payload, extra) {
      published.push({
        topic: channel.topic,
        text: channel.codec.encode(payload),
        retain: channel.retain,
        correlationData: extra?.correlationData,
      });
      return Promise.resolve();
    },
    subscribe(_filter, handler) {
      handlers.push(handler);
      return Promise.resolve();
    },
    subscriptions: () => topics.requestFilters,
    protocolVersion: () => 5,
  };
  const recommender = createRecommender({
    bus,
    topics,
    source,
    log: recordLog(),
    base: "earshot",
    limit: 10,
    rateLimit: 0,
    replyPrefixes: [],
  });
  await recommender.start();
  /** Everything but `recommend/last` that one message led to. */
  const send = async (message: Partial<IncomingMessage>): Promise<readonly Published[]> => {
    published.length = 0;
    void handlers[0]?.({
      topic: "earshot/test/recommend/request/me",
      payload: Buffer.from("5"),
      retain: false,
      responseTopic: undefined,
      correlationData: undefined,
      ...message,
    });
    await setImmediate();
    return published.filter(({ topic }) => topic !== topics.lastReply.topic);
  };
  return { send, recommender };
}

function read(published: readonly Published[]): RecommendReply {
  assert.equal(published.length, 1, "exactly one reply");
  return replySchema.parse(JSON.parse(published[0]?.text ?? ""));
}

test("whatever comes in, there is exactly one valid reply, and never where it may not go", async () => {
  const { send, recommender } = await setUp();
  const request = fc
    .record(
      {
        title: fc.oneof(fc.nat(80).map(String), fc.anything()),
        song_id: fc.oneof(
          fc.nat(80).map((id) => `s${id}`),
          fc.anything(),
        ),
        limit: fc.oneof(fc.integer({ min: -5, max: 200 }), fc.anything()),
        id: fc.oneof(fc.string(), fc.anything()),
        filters: fc.oneof(
          fc.record({ year: fc.tuple(fc.integer(), fc.integer()) }),
          fc.dictionary(fc.string(), fc.anything()),
        ),
        max_per_artist: fc.oneof(fc.integer({ min: -1, max: 9 }), fc.anything()),
        reply_to: fc.oneof(fc.string(), fc.constantFrom("earshot/#", "$SYS/a", "earshot/x/y")),
      },
      { requiredKeys: [] },
    )
    .map((value) => Buffer.from(JSON.stringify(value) ?? ""));
  const responseTopic = fc.option(
    fc.oneof(fc.string(), fc.constantFrom("earshot/test/recommend/request/me", "earshot/ok/1")),
    { nil: undefined },
  );
  const payload = fc.oneof(request, fc.uint8Array({ maxLength: 200 }));
  await fc.assert(
    fc.asyncProperty(payload, responseTopic, async (bytes, wantedTopic) => {
      const published = await send({ payload: bytes, responseTopic: wantedTopic });
      read(published);
      const { topic = "", retain } = published[0] ?? {};
      assert.equal(retain, false);
      assert.ok(topic.startsWith("earshot/"), topic);
      assert.ok(!topics.requestFilters.some((filter) => matchesFilter(filter, topic)), topic);
    }),
    { numRuns: 200 },
  );
  await recommender.stop();
});

test("correlation data goes back as it came, also with an error", async () => {
  const { send, recommender } = await setUp();
  const correlationData = new Uint8Array([1, 2, 3]);
  for (const payload of ["5", "{"]) {
    const [reply] = await send({ payload: Buffer.from(payload), correlationData });
    assert.deepEqual(reply?.correlationData, correlationData);
  }
  await recommender.stop();
});

test("without a catalogue the answer is not_ready", async () => {
  const { send } = await setUp(() => undefined);
  const reply = read(await send({}));
  assert.ok(reply.status === "error" && reply.error.code === "not_ready");
});

test("a fault inside is told as internal, without its details", async () => {
  const broken: SongSource = {
    ...catalogue,
    nearest() {
      throw new Error("secret path /var/lib");
    },
  };
  const { send, recommender } = await setUp(() => broken);
  const reply = read(await send({}));
  assert.ok(reply.status === "error" && reply.error.code === "internal");
  assert.ok(!JSON.stringify(reply).includes("secret"));
  assert.equal(recommender.statistics()["errors"], 1);
});

test("a retained request and one without a client's name get no reply", async () => {
  const { send } = await setUp();
  assert.deepEqual(await send({ retain: true }), []);
  assert.deepEqual(await send({ topic: "earshot/test/recommend/request/a b" }), []);
});
