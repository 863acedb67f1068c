import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { createPcmStream } from "../../src/mic/pcm-stream.js";
import { recording, wavHeader } from "./fake-arecord.js";

/** Reads `bytes` in pieces of the given lengths, over and over. */
function readInPieces(bytes: Uint8Array, lengths: readonly number[]): readonly number[] {
  const stream = createPcmStream();
  const samples: number[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    samples.push(...stream.read(bytes.subarray(at, at + length)));
    at += length;
  }
  return samples;
}

const pieces = fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 20 });
const audio = fc.array(fc.integer({ min: -32_768, max: 32_767 }), { minLength: 1, maxLength: 300 });

test("whatever the pieces, the samples after the WAV header come out whole and in order", () => {
  fc.assert(
    fc.property(audio, pieces, (samples, lengths) => {
      const bytes = recording(Int16Array.from(samples));
      assert.deepEqual(readInPieces(bytes, lengths), samples);
    }),
  );
});

test("a bare stream loses nothing, and half a sample at its end is kept back", () => {
  fc.assert(
    fc.property(audio, pieces, (samples, lengths) => {
      const bytes = new Uint8Array(Int16Array.from([258, ...samples]).buffer);
      assert.deepEqual(readInPieces(bytes, lengths), [258, ...samples]);
      assert.deepEqual(readInPieces(bytes.subarray(0, -1), lengths), [
        258,
        ...samples.slice(0, -1),
      ]);
    }),
  );
});

test("a header with another chunk before the audio is skipped as a whole", () => {
  const header = wavHeader();
  const list = Buffer.concat([Buffer.from("LIST\x04\0\0\0abcd", "latin1"), header.subarray(36)]);
  const bytes = Buffer.concat([header.subarray(0, 36), list, Buffer.from([1, 0, 2, 0])]);
  assert.deepEqual(readInPieces(bytes, [5]), [1, 2]);
});
