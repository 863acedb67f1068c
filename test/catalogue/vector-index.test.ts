import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createVectorIndexBuilder, readVectorIndex } from "../../src/catalogue/vector-index.js";
import { createRandom } from "../../bench/titles/random.js";
import { temporaryFolder } from "./temporary.js";

async function indexOf(t: TestContext, vectors: readonly number[][]) {
  const path = join(temporaryFolder(t), "index.hnsw");
  const shape = { dimensions: vectors[0]?.length ?? 0, points: vectors.length };
  const builder = createVectorIndexBuilder(shape);
  for (const [label, vector] of vectors.entries()) builder.add(label, vector);
  await builder.write(path);
  return { path, shape, index: await readVectorIndex(path, shape) };
}

test("The index finds what an exact scan finds, at least 999 times in 1000", async (t) => {
  const random = createRandom(7);
  const vectors = Array.from({ length: 5000 }, () =>
    Array.from({ length: 6 }, () => random.next()),
  );
  const { index } = await indexOf(t, vectors);
  let found = 0;
  for (const seed of vectors.slice(0, 200)) {
    const squares = vectors.map((vector) =>
      vector.reduce((sum, value, i) => sum + (value - (seed[i] ?? 0)) ** 2, 0),
    );
    const tenth = squares.toSorted((a, b) => a - b)[9] ?? 0;
    const { labels, squaredDistances } = index.nearest(seed, 10);
    found += labels.filter((label) => (squares[label] ?? Infinity) <= tenth).length;
    assert.deepEqual(
      squaredDistances,
      squaredDistances.toSorted((a, b) => a - b),
    );
  }
  assert.ok(found / 2000 >= 0.999, `recall ${found / 2000}`);
});

test("Asked for more points than there are, the index gives all", async (t) => {
  const { index } = await indexOf(t, [[0], [1], [3]]);
  assert.deepEqual(index.nearest([2.9], 100).labels, [2, 1, 0]);
});

test("A file of another size or content is refused with a code", async (t) => {
  const { path, shape } = await indexOf(t, [[0], [1], [3]]);
  await assert.rejects(readVectorIndex(path, { ...shape, points: 4 }), { code: "bad_catalogue" });
  writeFileSync(path, "short");
  await assert.rejects(readVectorIndex(path, shape), { code: "bad_catalogue" });
  await assert.rejects(readVectorIndex(`${path}.gone`, shape), { code: "bad_catalogue" });
});
