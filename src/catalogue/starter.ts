import { basename } from "node:path";
import { EarshotError, messageOf } from "../errors.js";
import type { Log } from "../lifecycle.js";
import { buildCatalogue } from "./build.js";
import type { Catalogue } from "./catalogue.js";
import { readCurrent, writeCurrent } from "./current.js";
import { sha256OfFile } from "../storage/durable-files.js";
import { findCatalogues, formatId, removeLeftovers } from "./folders.js";
import { listCatalogues, openLive } from "./store.js";

const starter = "starter";
const starterNote = "energy, danceability and loudness are editorial estimates";

export interface StarterOptions {
  readonly dataDir: string;
  /** The song file that is part of the program. */
  readonly starterCsv: string;
  readonly log: Log;
}

/**
 * Opens the live catalogue of a node at its start.
 *
 * A node without any catalogue gets the starter, and a node that lives on the starter gets it
 * anew when its song file has changed. A failure of that build is only a warning while another
 * catalogue can be opened.
 *
 * @throws EarshotError `bad_song_file` when the starter is needed and cannot be built
 */
export async function openAtStart(options: StarterOptions): Promise<Catalogue> {
  const { dataDir, log } = options;
  const leftovers = await removeLeftovers(dataDir);
  if (leftovers.length > 0) log.info({ leftovers }, "removed the rest of an unfinished build");
  if (await isStarterDue(options)) {
    await tryToBuild(options);
  }
  const live = await openLive({ dataDir, log });
  if (live !== undefined) {
    // A kill between the build and this note would otherwise leave the node without it for ever.
    if ((await readCurrent(dataDir)) === undefined) {
      log.warn(
        { catalogue: formatId(live.manifest) },
        'the file current named no catalogue: the youngest is live; "earshot catalogue use" chooses another',
      );
      await writeCurrent(dataDir, live.manifest);
    }
    return live;
  }
  await buildStarter(options);
  const built = await openLive({ dataDir, log });
  if (built !== undefined) return built;
  throw new EarshotError("internal", "the starter catalogue was built and cannot be opened");
}

async function tryToBuild(options: StarterOptions): Promise<void> {
  try {
    await buildStarter(options);
  } catch (error) {
    options.log.warn({ reason: messageOf(error) }, "the starter catalogue could not be built");
  }
}

async function buildStarter({ dataDir, starterCsv, log }: StarterOptions): Promise<void> {
  const source = { name: basename(starterCsv), sha256: await sumOf(starterCsv) };
  // Loaded for this alone: most starts find their catalogue and read no CSV.
  const { readSongCsv } = await import("./song-csv.js");
  const manifest = await buildCatalogue({
    dataDir,
    name: starter,
    songs: await readSongCsv(starterCsv),
    source,
    note: starterNote,
    log,
  });
  await writeCurrent(dataDir, manifest);
}

async function isStarterDue({ dataDir, starterCsv }: StarterOptions): Promise<boolean> {
  const current = await readCurrent(dataDir);
  if (current === undefined) return (await findCatalogues(dataDir)).length === 0;
  if (current.name !== starter) return false;
  // Whoever goes back to an earlier starter keeps it: due is only a song file never built.
  const stored = (await listCatalogues(dataDir)).filter(({ name }) => name === starter);
  const manifests = stored.flatMap((one) => ("manifest" in one ? [one.manifest] : []));
  if (!manifests.some(({ version }) => version === current.version)) return true;
  const sha256 = await sha256OfFile(starterCsv).catch(() => undefined);
  return !manifests.some(({ source }) => source.sha256 === sha256);
}

async function sumOf(songFile: string): Promise<string> {
  try {
    return await sha256OfFile(songFile);
  } catch (cause) {
    throw new EarshotError(
      "bad_song_file",
      `the starter's song file cannot be read: ${messageOf(cause)}; install the program again or import a file of your own`,
      { cause },
    );
  }
}
