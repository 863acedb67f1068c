import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeSong } from "../src/contract/encode-reply.js";
import { createEncodedSongs } from "../src/encoded-songs.js";

test("songs that share a place never get each other's text, and a kept one is not read again", () => {
  const read: number[] = [];
  const describe = (ordinal: number) => {
    read.push(ordinal);
    return { id: `s${ordinal}`, title: "T", artist: "A", year: undefined };
  };
  const encoded = createEncodedSongs(200_000, (ordinals) => ordinals.map(describe));
  for (const ordinals of [[1, 131_073], [131_073], [1, 2, 131_073, 1], [2]]) {
    assert.deepEqual(
      encoded(ordinals),
      ordinals.map((ordinal) => encodeSong(describe(ordinal))),
    );
  }
  read.length = 0;
  encoded([2]);
  assert.deepEqual(read, []);
});
