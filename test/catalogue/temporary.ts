import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { buildCatalogue } from "../../src/catalogue/build.js";
import { type Catalogue, openCatalogue } from "../../src/catalogue/catalogue.js";
import { catalogueFolder } from "../../src/catalogue/folders.js";
import type { SongInput } from "../../src/catalogue/song-input.js";
import type { Log } from "../../src/lifecycle.js";
import type { Cleanup } from "../support/temp-folder.js";

/** A folder that is removed after the test. */
export function temporaryFolder(t: Cleanup): string {
  const folder = mkdtempSync(join(tmpdir(), "earshot-catalogue-"));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
  return folder;
}

/** A log that keeps its warnings. */
export function createTestLog(): Log & { readonly warnings: readonly object[] } {
  const warnings: object[] = [];
  return {
    warnings,
    debug() {},
    info() {},
    warn: (details) => warnings.push(details),
    error: (details) => warnings.push(details),
  };
}

export const inventedSource = { name: "invented", sha256: "0".repeat(64) };

/** Builds the next version of the catalogue "test". */
export async function buildTest(dataDir: string, songs: Iterable<SongInput>) {
  const log = createTestLog();
  return buildCatalogue({ dataDir, name: "test", songs, source: inventedSource, log });
}

/** Builds a catalogue of the songs and opens it until the end of the test. */
export async function openTest(t: TestContext, songs: Iterable<SongInput>): Promise<Catalogue> {
  const dataDir = temporaryFolder(t);
  const catalogue = await openCatalogue(catalogueFolder(dataDir, await buildTest(dataDir, songs)));
  t.after(() => catalogue.close());
  return catalogue;
}
