import assert from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createVectorIndexBuilder, readVectorIndex } from "../../src/catalogue/vector-index.js";
import { createRandom } from "../../bench/titles/random.js";
import { temporaryFolder } from "./temporary.js";

async function indexOf(t: TestContext, vectors: readonly number[][]) {
  const path = join(temporaryFolder(t), "index.hnsw");
  const points = vectors.length;
  const shape = { dimensions: vectors[0]?.length ?? 0, points, songs: points };
  const builder = createVectorIndexBuilder(shape);
  for (const [label, vector] of vectors.entries()) builder.add(label, vector);
  await builder.write(path);
  builder.free();
  return { path, shape, index: await readVectorIndex(path, shape) };
}

test("The index finds what an exact scan finds, at least 999 times in 1000", async (t) => {
  const random = createRandom(7);
  const vectors = Array.from({ length: 3000 }, () =>
    Array.from({ length: 6 }, () => random.next()),
  );
  const { index } = await indexOf(t, vectors);
  let found = 0;
  for (const [label, seed] of vectors.slice(0, 100).entries()) {
    const squares = vectors.map((vector) =>
      vector.reduce((sum, value, i) => sum + (value - (seed[i] ?? 0)) ** 2, 0),
    );
    const tenth = (squares.toSorted((a, b) => a - b)[9] ?? 0) + 1e-6;
    const { labels, squaredDistances } = index.nearestTo(label, 10);
    assert.equal(labels[0], label);
    found += labels.filter((near) => (squares[near] ?? Infinity) <= tenth).length;
    assert.deepEqual(
      squaredDistances,
      squaredDistances.toSorted((a, b) => a - b),
    );
  }
  assert.ok(found / 1000 >= 0.999, `recall ${found / 1000}`);
});

test("Asked for more points than there are, the index gives all", async (t) => {
  const { index } = await indexOf(t, [[0], [1], [3]]);
  assert.deepEqual(index.nearestTo(2, 100).labels, [2, 1, 0]);
  assert.deepEqual(index.nearestTo(0, 2).labels, [0, 1]);
  assert.ok(index.has(2) && !index.has(3));
});

test("Searches do not disturb each other, however many there are", async (t) => {
  const { index } = await indexOf(
    t,
    Array.from({ length: 50 }, (_, label) => [label * label]),
  );
  const first = index.nearestTo(20, 5);
  for (let round = 0; round < 70_000; round++) index.nearestTo(round % 50, 3);
  assert.deepEqual(index.nearestTo(20, 5), first);
});

test("A file of another size or content is refused with a code", async (t) => {
  const { path, shape } = await indexOf(t, [[0], [1], [3]]);
  const code = "bad_catalogue";
  await assert.rejects(readVectorIndex(path, { ...shape, points: 4 }), { code });
  await assert.rejects(readVectorIndex(path, { ...shape, dimensions: 2 }), { code });
  truncateSync(path, 200);
  await assert.rejects(readVectorIndex(path, shape), { code });
  writeFileSync(path, "short");
  await assert.rejects(readVectorIndex(path, shape), { code });
  await assert.rejects(readVectorIndex(`${path}.gone`, shape), { code });
});
