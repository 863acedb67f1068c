import { join } from "node:path";
import { buildInThread } from "../catalogue/build-in-thread.js";
import { readCurrent } from "../catalogue/current.js";
import { checkName, formatId } from "../catalogue/folders.js";
import { findBySource, makeLive, verifyCatalogue } from "../catalogue/store.js";
import type { LoadedConfig } from "../config/load.js";
import { EarshotError, messageOf } from "../errors.js";
import { type Mapping, parseMapping } from "../import/columns/mapping.js";
import { tryImport } from "../import/dry-run.js";
import { identifySources } from "../import/identify-sources.js";
import type { ImportInput } from "../import/open-songs.js";
import { importReportSchema } from "../import/report.js";
import { isAddress } from "../import/source/address.js";
import type { Log } from "../lifecycle.js";
import type { CommandCall, CommandFlags, Terminal } from "./command.js";
import { checkImportName, defaultCatalogueName } from "./import-name.js";
import { createProgressDisplay, type ProgressDisplay } from "./import-progress.js";
import { formatReport } from "./import-report.js";
import { describeResult } from "./import-result.js";
import { countOf } from "./numbers.js";
import { isStopSignal } from "./stop-signal.js";

/**
 * One import, from the arguments to the catalogue that is live.
 *
 * @returns the exit code 0
 * @throws EarshotError `bad_usage`, `timeout` when it was interrupted, `bad_song_file`,
 *   `source_unavailable`, and whatever the build throws; nothing has changed then
 */
export async function runImport(call: CommandCall): Promise<number> {
  try {
    return await importFiles(call);
  } catch (error) {
    if (!isStopSignal(call.signal.reason)) throw error;
    throw new EarshotError("timeout", "interrupted; nothing was changed", { cause: error });
  }
}

/** What is to be imported, as the arguments say. */
interface Wish {
  readonly locations: readonly string[];
  readonly map: readonly Mapping[];
  /** The catalogue's name, where it was given. */
  readonly ownName: string | undefined;
  readonly name: string;
}

async function importFiles({ positionals, flags, loaded, terminal, signal }: CommandCall) {
  const wish = readWish(positionals, flags);
  const display = createProgressDisplay(terminal);
  const steps: Steps = { terminal, display, signal, log: logTo(terminal) };
  try {
    if (flags["dry-run"] === true) await tryOut(wish, steps);
    else await importInto(loaded, wish, steps);
    return 0;
  } finally {
    display.clear();
  }
}

function readWish(locations: readonly string[], flags: CommandFlags): Wish {
  const [first] = locations;
  if (first === undefined) {
    throw new EarshotError("bad_usage", "a FILE or URL is needed: earshot import songs.csv");
  }
  const ownName = typeof flags["name"] === "string" ? flags["name"] : undefined;
  const name = ownName ?? defaultCatalogueName(first);
  checkName(name);
  checkImportName(name);
  return { locations, map: mappingsOf(flags), ownName, name };
}

/** What all steps of an import need. */
interface Steps {
  readonly terminal: Terminal;
  readonly display: ProgressDisplay;
  readonly signal: AbortSignal;
  readonly log: Log;
}

async function tryOut({ locations, map }: Wish, { terminal, display, signal, log }: Steps) {
  const onProgress = (details: unknown) => display.show({ from: "songs", details });
  const report = await tryImport({ locations, map, signal, log, onProgress });
  display.clear();
  terminal.write(formatReport(report, terminal.columns));
  terminal.write(
    `\n${countOf(report.songs, "song")} could be imported, before repeats are left out; nothing was changed\n`,
  );
}

async function importInto(loaded: LoadedConfig, wish: Wish, steps: Steps): Promise<void> {
  const dataDir = loaded.config.data.dir;
  const { terminal, display, signal, log } = steps;
  const { locations, map, name } = wish;
  const cacheDir = join(dataDir, "downloads");
  const fetching = { cacheDir, signal, log, onProgress: display.showDownload };
  const source = await identifySources(locations, map, fetching);
  const known = await findImported(dataDir, source.sha256, wish);
  if (known !== undefined) {
    await discardDownloads(wish, cacheDir);
    display.clear();
    terminal.write(`${known}\n`);
    return;
  }
  const input: ImportInput = { locations: [...locations], map: [...map], cacheDir, source };
  const module = new URL("../import/open-songs.js", import.meta.url).href;
  const options = { signal, log, onProgress: display.show };
  const built = await buildInThread({ dataDir, name, songs: { module, input } }, options);
  await makeLive({ dataDir, built: built.manifest, log });
  await discardDownloads(wish, cacheDir).catch((error: unknown) => {
    log.warn({}, `the downloaded file could not be removed: ${messageOf(error)}`);
  });
  display.clear();
  const report = importReportSchema.parse(built.report);
  terminal.write(formatReport(report, terminal.columns));
  terminal.write(await describeResult(built.manifest, report, loaded));
}

/** What was fetched has become a catalogue, and a card of a Pi is small. */
async function discardDownloads({ locations }: Wish, cacheDir: string): Promise<void> {
  for (const location of locations) {
    if (!isAddress(location)) continue;
    const { discardDownload } = await import("../import/source/download.js");
    await discardDownload(location, cacheDir);
  }
}

function mappingsOf(flags: CommandFlags): Mapping[] {
  const given = flags["map"];
  const texts = Array.isArray(given) ? given : [];
  return texts.flatMap((text: unknown) => (typeof text === "string" ? [parseMapping(text)] : []));
}

/** What is said when the same files are in a whole catalogue already; `undefined` when not. */
async function findImported(
  dataDir: string,
  sha256: string,
  { ownName }: Wish,
): Promise<string | undefined> {
  const same = await findBySource(dataDir, { sha256, name: ownName });
  if (same === undefined) return undefined;
  const id = formatId(same);
  if (!(await isWhole(dataDir, id))) return undefined;
  const current = await readCurrent(dataDir);
  return current !== undefined && formatId(current) === id
    ? `already imported: ${id} is live in ${dataDir} and holds just this; nothing was changed`
    : `already imported as ${id} in ${dataDir}, which is not live; nothing was changed. To use it: earshot catalogue use ${id}`;
}

async function isWhole(dataDir: string, id: string): Promise<boolean> {
  try {
    await verifyCatalogue(dataDir, id);
    return true;
  } catch (error) {
    if (error instanceof EarshotError && error.code === "bad_catalogue") return false;
    throw error;
  }
}

/** The terminal gets what a person must know; the rest is in the report. */
function logTo(terminal: Terminal): Log {
  const say = (_details: object, message: string): void => {
    terminal.writeError(`earshot import: ${message}`);
  };
  return { debug() {}, info() {}, warn: say, error: say };
}
