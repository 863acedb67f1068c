import assert from "node:assert/strict";
import { truncateSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { generateSongs } from "../../bench/catalogue/generate.js";
import { openCatalogue } from "../../src/catalogue/catalogue.js";
import { writeCurrent } from "../../src/catalogue/current.js";
import { catalogueFolder } from "../../src/catalogue/folders.js";
import { createLiveCatalogue } from "../../src/catalogue/live-catalogue.js";
import { buildTest, createTestLog, temporaryFolder } from "./temporary.js";

test("The live catalogue follows current, but not to a damaged one, and says so", async (t) => {
  const dataDir = temporaryFolder(t);
  const versions = [];
  for (const count of [20, 30, 40]) versions.push(await buildTest(dataDir, generateSongs(count)));
  const [first, second, third] = versions;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  await writeCurrent(dataDir, first);
  const log = createTestLog();
  const changes: number[] = [];
  const onChange = ({ manifest }: { readonly manifest: { readonly version: number } }): void => {
    changes.push(manifest.version);
  };
  const live = createLiveCatalogue({ dataDir, log, onChange });
  await live.begin(await openCatalogue(catalogueFolder(dataDir, first)));
  t.after(() => {
    live.close();
  });

  await live.follow();
  assert.deepEqual(changes, [], "nothing has changed");
  await writeCurrent(dataDir, second);
  await Promise.all([live.follow(), live.follow(), live.follow()]);
  assert.deepEqual(changes, [2]);
  assert.ok(!live.isFallback());

  truncateSync(join(catalogueFolder(dataDir, third), "index.hnsw"), 10);
  await writeCurrent(dataDir, third);
  await live.follow();
  assert.equal(live.get()?.manifest.version, 2);
  assert.ok(live.isFallback());
  assert.equal(log.warnings.length, 1);

  await writeCurrent(dataDir, second);
  await live.follow();
  assert.ok(!live.isFallback(), "chosen again, it is no fallback");
});

test("A catalogue that is opened while the node stops is closed again", async (t) => {
  const dataDir = temporaryFolder(t);
  const first = await buildTest(dataDir, generateSongs(20));
  const second = await buildTest(dataDir, generateSongs(30));
  const changes: object[] = [];
  const live = createLiveCatalogue({
    dataDir,
    log: createTestLog(),
    onChange: (one) => changes.push(one),
  });
  await live.begin(await openCatalogue(catalogueFolder(dataDir, first)));
  await writeCurrent(dataDir, second);
  const following = live.follow();
  live.close();
  await following;
  assert.deepEqual(changes, []);
  assert.equal(live.get(), undefined);
});
