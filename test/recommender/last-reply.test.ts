import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeReply, encodeSong, type OutgoingOkReply } from "../../src/contract/encode-reply.js";
import { lastReplySchema, maxLastReplyBytes } from "../../src/contract/reply.js";
import { createLastReply, fitReply } from "../../src/recommender/last-reply.js";

function makeReply(id: string, count: number, name = "x"): OutgoingOkReply {
  const song = encodeSong({ id: "s", title: name, artist: name });
  return {
    id,
    status: "ok",
    query: "q",
    match: { song, score: 1, kind: "exact", alternatives: [] },
    results: Array.from({ length: count }, (_, index) => ({
      song,
      rank: index + 1,
      distance: 1,
      similarity: 0.5,
      why: ["same tempo"],
    })),
    took_ms: 1,
  };
}

test("the first reply is published at once, of a burst only the latest", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const published: string[] = [];
  const last = createLastReply((reply) => published.push(reply.id));
  for (const id of ["a", "b", "c"]) last.offer(makeReply(id, 1));
  assert.deepEqual(published, ["a"]);
  t.mock.timers.tick(50);
  assert.deepEqual(published, ["a", "c"]);
  last.offer(makeReply("d", 1));
  assert.deepEqual(published, ["a", "c", "d"]);
  last.offer(makeReply("e", 1));
  last.flush();
  assert.deepEqual(published, ["a", "c", "d", "e"]);
});

test("a long reply loses its farthest results until it fits into 8 KB, a short one none", () => {
  const long = fitReply(makeReply("a", 100, "曲".repeat(60)));
  assert.ok(Buffer.byteLength(encodeReply(long)) <= maxLastReplyBytes);
  assert.ok(long.results.length > 3);
  assert.deepEqual(
    long.results.map(({ rank }) => rank),
    long.results.map((_, index) => index + 1),
  );
  assert.equal(fitReply(makeReply("a", 10)).results.length, 10);
});

test("where names are long the alternatives go before the nearest results, and the rest fits", () => {
  // As long as an import lets a title and an artist be.
  const reply = makeReply("a", 10, "曲".repeat(500));
  const { song } = reply.match;
  const alternatives = Array.from({ length: 5 }, () => ({ song, score: 0.9 }));
  const shown = makeReply("a", 10, "曲".repeat(200));
  const some = { ...shown.match, alternatives: alternatives.slice(0, 2) };
  for (const [long, least] of [
    [{ ...reply, query: "曲".repeat(300), match: { ...reply.match, alternatives } }, 0],
    [{ ...shown, match: some }, 3],
  ] as const) {
    const fitted = fitReply(long);
    assert.ok(Buffer.byteLength(encodeReply(fitted)) <= maxLastReplyBytes);
    assert.ok(fitted.results.length >= least, `${fitted.results.length} results`);
    assert.ok(lastReplySchema.safeParse(JSON.parse(encodeReply(fitted))).success);
  }
});
