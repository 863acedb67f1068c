import { join } from "node:path";
import { buildInThread } from "../catalogue/build-in-thread.js";
import { writeCurrent } from "../catalogue/current.js";
import { checkName, formatId } from "../catalogue/folders.js";
import type { Manifest } from "../catalogue/manifest.js";
import { listCatalogues } from "../catalogue/store.js";
import { EarshotError } from "../errors.js";
import { type Mapping, parseMapping } from "../import/columns/mapping.js";
import { tryImport } from "../import/dry-run.js";
import type { ImportInput } from "../import/open-songs.js";
import { type ImportReport, importReportSchema } from "../import/report.js";
import { identifySources } from "../import/source-sums.js";
import type { Log } from "../lifecycle.js";
import type { Command, CommandCall, CommandFlags, Terminal } from "./command.js";
import { checkImportName, defaultCatalogueName } from "./import-name.js";
import { count, createProgressDisplay } from "./import-progress.js";
import { formatReport } from "./import-report.js";
import { printable } from "./printable.js";
import { isStopSignal } from "./stop-signal.js";

/** `earshot import`: makes a catalogue of song files and has the node use it. */
export const importCommand: Command = {
  help: `Usage: earshot import FILE|URL… [--name NAME] [--dry-run] [--map COLUMN=FIELD]…

Reads song files and makes a catalogue of them, which a running node changes over to. What a file
is and what its columns mean is found out; the report says what was found. Files may be delimited
text, JSON, HDF5 of the Million Song Dataset or AcousticBrainz documents, also as .gz or .zip.

  --name NAME         the catalogue's name: 1 to 64 of a-z, 0-9, _ and - (default: the file's)
  --dry-run           prints the report and changes nothing
  --map COLUMN=FIELD  says what a column means, where that is not found out. FIELD is title,
                      artist, id, year, duration, popularity, a feature (tempo, energy …),
                      "feature" to compare by it under its own name, or - to leave it out

Examples:
  earshot import songs.csv
  earshot import songs.csv --dry-run
  earshot import msd_genre_dataset.zip --name msd
  earshot import songs.csv --map "Stimmung=valence" --map "Nr=-"`,
  flags: {
    name: { type: "string" },
    "dry-run": { type: "boolean" },
    map: { type: "string", multiple: true },
  },
  runsUntilStopped: true,
  async run(call) {
    try {
      return await importFiles(call);
    } catch (error) {
      if (!isStopSignal(call.signal.reason)) throw error;
      throw new EarshotError("timeout", "interrupted; nothing was changed", { cause: error });
    }
  },
};

async function importFiles(call: CommandCall): Promise<number> {
  const { positionals: locations, flags, loaded, terminal, signal } = call;
  const [first] = locations;
  if (first === undefined) {
    throw new EarshotError("bad_usage", "a FILE or URL is needed: earshot import songs.csv");
  }
  const map = mappingsOf(flags);
  const name = typeof flags["name"] === "string" ? flags["name"] : defaultCatalogueName(first);
  checkName(name);
  checkImportName(name);
  const display = createProgressDisplay(terminal);
  const log = logTo(terminal);
  const showSongs = (details: unknown): void => display.show({ from: "songs", details });
  if (flags["dry-run"] === true) {
    const report = await tryImport({ locations, map, signal, log, onProgress: showSongs });
    display.clear();
    terminal.write(formatReport(report, terminal.columns));
    terminal.write(`\n${count(report.songs)} songs could be imported; nothing was changed\n`);
    return 0;
  }
  const dataDir = loaded.config.data.dir;
  const source = await identifySources(locations, map, signal);
  const known = await findImported(dataDir, name, source.sha256);
  if (known !== undefined) {
    terminal.write(`${known}\n`);
    return 0;
  }
  const input: ImportInput = {
    locations: [...locations],
    map,
    cacheDir: join(dataDir, "downloads"),
    source,
  };
  const module = new URL("../import/open-songs.js", import.meta.url).href;
  const options = { signal, log, onProgress: display.show };
  const built = await buildInThread({ dataDir, name, songs: { module, input } }, options).finally(
    display.clear,
  );
  await writeCurrent(dataDir, built.manifest);
  const report = importReportSchema.parse(built.report);
  terminal.write(formatReport(report, terminal.columns));
  terminal.write(describeResult(built.manifest, report));
  return 0;
}

function mappingsOf(flags: CommandFlags): Mapping[] {
  const given = flags["map"];
  const texts = Array.isArray(given) ? given : [];
  return texts.flatMap((text: unknown) => (typeof text === "string" ? [parseMapping(text)] : []));
}

/** What is said when the same files are in a catalogue of that name; `undefined` when they are not. */
async function findImported(
  dataDir: string,
  name: string,
  sha256: string,
): Promise<string | undefined> {
  const same = (await listCatalogues(dataDir)).findLast(
    (stored) =>
      "manifest" in stored && stored.name === name && stored.manifest.source.sha256 === sha256,
  );
  if (same === undefined) return undefined;
  const id = formatId(same);
  return same.isCurrent
    ? `already imported: ${id} is live and holds just this; nothing was changed`
    : `already imported as ${id}, which is not live; nothing was changed. To use it: earshot catalogue use ${id}`;
}

function describeResult(manifest: Manifest, report: ImportReport): string {
  const { songs, repeated, features } = manifest;
  const [song] = report.samples;
  const title = song === undefined ? "a title" : printable(song.title).replaceAll(/["$`\\]/gu, "");
  const repeats = repeated === 0 ? "" : ` ${count(repeated)} repeated recordings were left out.`;
  return `
${formatId(manifest)} is live: ${count(songs)} songs, compared by ${features.length} features.${repeats}
A node that is running changes over by itself. To ask it:
  ./earshot ask "${title}"
`;
}

/** The terminal gets what a person must know; the rest is in the report. */
function logTo(terminal: Terminal): Log {
  const say = (_details: object, message: string): void => {
    terminal.writeError(`earshot import: ${message}`);
  };
  return { debug() {}, info() {}, warn: say, error: say };
}
