import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { test } from "node:test";
import { type Batch, createBatch } from "../../src/recommender/batch.js";

/** A batch of numbers, each of which takes as many milliseconds. */
function createSlowBatch(): { readonly batch: Batch<number>; readonly delivered: number[][] } {
  let nowMs = 0;
  const delivered: number[][] = [];
  const batch = createBatch({
    work: (item: number) => {
      nowMs += item;
      return item;
    },
    deliver: (results) => {
      delivered.push([...results]);
    },
    now: () => nowMs,
  });
  return { batch, delivered };
}

test("the first item of a turn waits for nothing, those after it come together", async () => {
  const { batch, delivered } = createSlowBatch();
  for (const item of [0.1, 0.2, 0.3]) batch.add(item);
  assert.deepEqual(delivered, [[0.1]]);
  await setImmediate();
  assert.deepEqual(delivered, [[0.1], [0.2, 0.3]]);
  batch.add(0.4);
  assert.deepEqual(delivered.at(-1), [0.4]);
});

test("items that take long are delivered every few milliseconds, in order, and others get a turn", async () => {
  const { batch, delivered } = createSlowBatch();
  for (let item = 0; item < 7; item += 1) batch.add(3);
  const lengths: number[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    await setImmediate();
    lengths.push(delivered.flat().length);
    if (turn === 0) batch.add(1);
  }
  assert.deepEqual(lengths, [3, 5, 7, 8]);
  assert.deepEqual(delivered.flat(), [3, 3, 3, 3, 3, 3, 3, 1]);
});

test("of a flood no more than 256 items wait for another turn", async () => {
  const { batch, delivered } = createSlowBatch();
  for (let item = 0; item < 1001; item += 1) batch.add(10);
  await setImmediate();
  assert.equal(delivered.flat().length, 1001 - 256);
});

test("a flush works on everything that waits, and nothing comes twice", async () => {
  const { batch, delivered } = createSlowBatch();
  for (let item = 0; item < 9; item += 1) batch.add(5);
  batch.flush();
  assert.equal(delivered.flat().length, 9);
  await setImmediate();
  await setImmediate();
  assert.equal(delivered.flat().length, 9);
});

test("an item that throws takes neither the others with it nor what comes later", () => {
  const delivered: number[] = [];
  const batch = createBatch({
    work: (item: number) => {
      if (item === 3) throw new Error("three");
      return item;
    },
    deliver: (results) => {
      delivered.push(...results);
    },
  });
  for (const item of [1, 2, 3, 4]) batch.add(item);
  assert.throws(() => {
    batch.flush();
  }, /three/u);
  batch.flush();
  assert.deepEqual(delivered, [1, 2, 4]);
});
