import assert from "node:assert/strict";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { readGraphFile } from "../../src/catalogue/graph-file.js";
import { createGraphSearch } from "../../src/catalogue/graph-search.js";
import { listNeighbours, writeNeighbourLists } from "../../src/catalogue/neighbour-lists.js";
import { createVectorIndexBuilder, readVectorIndex } from "../../src/catalogue/vector-index.js";
import { atOnce } from "../../src/steps.js";
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
    found += [...labels].filter((near) => (squares[near] ?? Infinity) <= tenth).length;
    assert.deepEqual(squaredDistances, squaredDistances.toSorted());
  }
  assert.ok(found / 1000 >= 0.999, `recall ${found / 1000}`);
});

test("Asked for more points than there are, the index gives all", async (t) => {
  const { index } = await indexOf(t, [[0], [1], [3]]);
  assert.deepEqual([...index.nearestTo(2, 100).labels], [2, 1, 0]);
  assert.deepEqual([...index.nearestTo(0, 2).labels], [0, 1]);
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

/** The index, and the same index with lists. */
async function listedIndexOf(t: TestContext, vectors: readonly number[][]) {
  const { path, shape, index } = await indexOf(t, vectors);
  const lists = `${path}.lists`;
  await writeNeighbourLists(lists, atOnce(listNeighbours(await readGraphFile(path))));
  return { path, shape, lists, index, listed: await readVectorIndex(path, shape, lists) };
}

test("With lists an index gives what it finds without them, to the last bit", async (t) => {
  const random = createRandom(3);
  for (const points of [1, 2, 17, 18, 19, 400]) {
    const vectors = Array.from({ length: points }, (_, label) => [label / 9, random.next()]);
    const { index, listed } = await listedIndexOf(t, vectors);
    for (let label = 0; label < points; label += 1) {
      for (const count of [1, 2, 11, 18, 19, 60]) {
        assert.deepEqual(listed.nearestTo(label, count), index.nearestTo(label, count));
      }
    }
  }
});

test("A list that is not whole is searched for", async (t) => {
  const { path, index } = await indexOf(t, [[0], [1], [3], [7]]);
  const graph = await readGraphFile(path);
  const points = Uint32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3);
  const search = createGraphSearch(graph, { length: 3, points });
  for (let point = 0; point < 4; point += 1) {
    const found = search(point, 4).points.map((near) => graph.labels[near] ?? -1);
    assert.deepEqual(found, index.nearestTo(graph.labels[point] ?? -1, 4).labels);
  }
});

test("Lists of another size are refused with a code", async (t) => {
  const { path, shape, lists } = await listedIndexOf(t, [[0], [1], [3]]);
  const code = "bad_catalogue";
  assert.equal(readFileSync(lists).length, 24);
  truncateSync(lists, 20);
  await assert.rejects(readVectorIndex(path, shape, lists), { code });
  await assert.rejects(readVectorIndex(path, shape, `${lists}.gone`), { code });
});
