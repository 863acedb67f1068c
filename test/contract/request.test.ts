import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type DecodedRequest, decodeRequest, maxRequestBytes } from "../../src/contract/request.js";

function decode(payload: string): DecodedRequest {
  return decodeRequest(Buffer.from(payload));
}

function assertRefused(payload: string | Buffer, code: string, ...words: readonly string[]): void {
  const decoded = decodeRequest(Buffer.from(payload));
  assert.ok(!decoded.ok, "it was accepted");
  assert.equal(decoded.error.code, code);
  assert.ok(decoded.id.length > 0);
  for (const word of words) {
    assert.ok(decoded.error.message.includes(word), `${word} in: ${decoded.error.message}`);
  }
}

test("a bare title is a request with nothing else", () => {
  const decoded = decode("  Bohemian Rhapsody \n");
  assert.ok(decoded.ok);
  assert.deepEqual(decoded.request, { title: "Bohemian Rhapsody" });
  assert.match(decoded.id, /^[0-9a-f-]{36}$/u);
});

test("a title that begins with a bracket or a quote is a title", () => {
  for (const title of ["[untitled]", '"Heroes"', "1999", "true", "null"]) {
    const decoded = decode(title);
    assert.ok(decoded.ok && decoded.request.title === title, title);
  }
});

test("a full JSON request keeps every field", () => {
  const full = {
    title: "Hello",
    artist: "Adele",
    song_id: "x1",
    limit: 100,
    id: "abc",
    filters: { year: [1970, 1985], tempo: [90, 130.5] },
    max_per_artist: 2,
    reply_to: "earshot/somewhere",
  };
  const decoded = decode(JSON.stringify(full));
  assert.ok(decoded.ok);
  assert.deepEqual(decoded.request, full);
  assert.equal(decoded.id, "abc");
});

test("unknown keys are an error that names them", () => {
  assertRefused('{"title":"a","titel":"b","limt":3}', "bad_request", "titel", "limt");
});

test("what is missing, of a wrong type or out of range is a bad request that names the field", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["", "title"],
    ["   ", "title"],
    ["{}", "title or song_id"],
    ['{"title":""}', "title"],
    ['{"title":7}', "title"],
    ['{"title":null}', "title"],
    [`{"title":"${"x".repeat(300)}"}`, "256"],
    ["x".repeat(300), "256"],
    ['{"title":"a","limit":0}', "limit"],
    ['{"title":"a","limit":1e9}', "limit"],
    ['{"title":"a","limit":2.5}', "limit"],
    ['{"title":"a","limit":"5"}', "limit"],
    ['{"title":"a","limit":NaN}', "JSON"],
    ['{"title":"a","max_per_artist":0}', "max_per_artist"],
    ['{"title":"a","id":""}', "id"],
    ['{"title":"a","id":5}', "id"],
    ['{"title":"a","filters":{"year":1970}}', "filters.year"],
    ['{"title":"a","filters":{"year":[1985,1970]}}', "lowest first"],
    ['{"title":"a","filters":{"year":[null,1970]}}', "filters.year"],
    ['{"title":"a","reply_to":{}}', "reply_to"],
    ["{not json", "JSON"],
    ['{"title":"a"', "JSON"],
  ];
  for (const [payload, word] of cases) assertRefused(payload, "bad_request", word);
});

test("bytes that are not UTF-8 are a bad request, and too many of them too large", () => {
  assertRefused(Buffer.from([0x66, 0xff, 0xfe]), "bad_request", "UTF-8");
  assertRefused(Buffer.from([0xc3]), "bad_request", "UTF-8");
  assertRefused("x".repeat(maxRequestBytes + 1), "too_large", String(maxRequestBytes));
  assertRefused(Buffer.alloc(1024 * 1024, "x"), "too_large");
});

test("a refused request keeps its id and its reply topic when they can be read", () => {
  const decoded = decode('{"id":"abc","reply_to":"earshot/x","limit":0,"title":"a"}');
  assert.ok(!decoded.ok);
  assert.equal(decoded.id, "abc");
  assert.equal(decoded.replyTo, "earshot/x");
});

test("whatever the bytes, decoding gives an answer with an id and throws nothing", () => {
  const anyJson = fc.oneof(
    fc.json(),
    fc
      .record(
        {
          title: fc.anything(),
          artist: fc.anything(),
          limit: fc.anything(),
          id: fc.anything(),
          filters: fc.anything(),
          reply_to: fc.anything(),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value) ?? ""),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        anyJson.map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        const decoded = decodeRequest(bytes);
        assert.ok(decoded.id.length >= 1 && decoded.id.length <= 128);
        if (!decoded.ok) assert.ok(["bad_request", "too_large"].includes(decoded.error.code));
      },
    ),
    { numRuns: 200 },
  );
});
