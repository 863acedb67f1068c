import { messageOf } from "../errors.js";
import type { Check } from "./doctor-check.js";

/** Whether the two compiled libraries can be loaded, each by using it. */
export async function checkNativeParts(): Promise<Check> {
  const name = "native parts";
  try {
    // Loaded here and not above, so that the doctor can speak when they are missing.
    const { openDatabase } = await import("../storage/sqlite.js");
    const { createVectorIndexBuilder } = await import("../catalogue/vector-index.js");
    const database = openDatabase(":memory:");
    const version = database.prepare("SELECT sqlite_version()").get()?.[0];
    database.close();
    createVectorIndexBuilder({ dimensions: 2, points: 1 }).add(0, [0, 0]);
    return { name, state: "ok", message: `SQLite ${String(version)} and the vector index work` };
  } catch (error) {
    const hint =
      "sudo apt-get install build-essential python3, then npm rebuild hnswlib-node (or npm ci)";
    return { name, state: "fault", message: `cannot be loaded: ${messageOf(error)}: ${hint}` };
  }
}

/**
 * Verifies every byte of every catalogue. A million songs take some seconds on a Pi.
 *
 * Needs the native parts.
 */
export async function checkCatalogues(dataDir: string): Promise<readonly Check[]> {
  const name = "catalogue";
  const { listCatalogues, verifyCatalogue } = await import("../catalogue/store.js");
  try {
    const stored = await listCatalogues(dataDir);
    if (stored.length === 0) {
      return [{ name, state: "ok", message: "none yet: the first start builds the starter" }];
    }
    const checks: Check[] = [];
    for (const { name: title, version, isCurrent } of stored) {
      const id = `${title}@${version}`;
      const label = isCurrent ? `${id} (live)` : id;
      try {
        const { songs } = await verifyCatalogue(dataDir, id);
        checks.push({ name, state: "ok", message: `${label} is whole, ${songs} songs` });
      } catch (error) {
        const hint = isCurrent
          ? 'choose another one ("earshot catalogue use NAME", "earshot catalogue rollback") or import it again; a node that starts takes the youngest whole one'
          : `remove it ("earshot catalogue remove ${id}")`;
        const message = `${label} is damaged: ${messageOf(error)}: ${hint}`;
        checks.push({ name, state: "fault", message });
      }
    }
    return checks;
  } catch (error) {
    return [{ name, state: "fault", message: messageOf(error) }];
  }
}
