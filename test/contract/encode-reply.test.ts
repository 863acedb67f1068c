import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeReply, encodeSong, type OutgoingReply } from "../../src/contract/encode-reply.js";
import type { RecommendReply } from "../../src/contract/reply.js";
import { anyText } from "../support/any-text.js";

const text = anyText(40);
const number = fc.double({ min: 0, max: 1000, noNaN: true });
const song = {
  id: text,
  title: text,
  artist: text,
  year: fc.option(fc.integer({ min: 1900, max: 2100 }), { nil: undefined }),
};
const scored = fc.record({ ...song, score: number });
const reply: fc.Arbitrary<RecommendReply> = fc.oneof(
  fc.record({
    id: text,
    status: fc.constant("ok" as const),
    query: text,
    match: fc.record({
      ...song,
      score: number,
      kind: fc.constantFrom("id" as const, "exact" as const, "fuzzy" as const, "partial" as const),
      alternatives: fc.array(scored, { maxLength: 3 }),
    }),
    results: fc.array(
      fc.record({ rank: fc.nat(), ...song, distance: number, similarity: number, why: text }),
      { maxLength: 5 },
    ),
    took_ms: number,
  }),
  fc.record({
    id: text,
    status: fc.constant("error" as const),
    error: fc.record({
      code: fc.constant("not_found" as const),
      message: text,
      suggestions: fc.array(scored, { maxLength: 2 }),
    }),
  }),
);

function outgoing(value: RecommendReply): OutgoingReply {
  if (value.status === "error") return value;
  const { match, results } = value;
  const alternatives = match.alternatives.map((other) => ({ ...other, song: encodeSong(other) }));
  return {
    ...value,
    match: { ...match, song: encodeSong(match), alternatives },
    results: results.map((result) => ({
      ...result,
      song: encodeSong(result),
      why: result.why.split(", "),
    })),
  };
}

test("a reply is encoded to the letter as JSON.stringify would", () => {
  fc.assert(
    fc.property(reply, (value) => {
      assert.equal(encodeReply(outgoing(value)), JSON.stringify(value));
    }),
    { numRuns: 200 },
  );
});
