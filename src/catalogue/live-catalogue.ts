import { EarshotError, messageOf } from "../errors.js";
import type { Log } from "../lifecycle.js";
import { type Catalogue, openCatalogue } from "./catalogue.js";
import { readCurrent } from "./current.js";
import { type CatalogueId, catalogueFolder, formatId, isSameId } from "./folders.js";

/** The open catalogue that questions go to, and its change to another one. */
export interface LiveCatalogue {
  /** `undefined` before `begin` and after `close`. */
  get(): Catalogue | undefined;
  /** Whether the file `current` names a catalogue that cannot be used, and another one answers. */
  isFallback(): boolean;
  begin(catalogue: Catalogue): Promise<void>;
  /** Changes over to the catalogue that `current` names, if it is another one and whole. */
  follow(): Promise<void>;
  /** Safe at any time. */
  close(): void;
}

export interface LiveCatalogueOptions {
  readonly dataDir: string;
  readonly log: Log;
  /** Called after each change. */
  readonly onChange: (catalogue: Catalogue) => void;
}

/**
 * Creates the holder of the live catalogue.
 *
 * A new one is verified and opened beside the old one, which answers meanwhile; then one assignment
 * changes over. A question is answered within one turn of the event loop, so that the old one has
 * none left in the next turn and can be closed. While both are open they need memory for both.
 */
export function createLiveCatalogue(options: LiveCatalogueOptions): LiveCatalogue {
  const { dataDir, log, onChange } = options;
  const closing = new AbortController();
  let live: Catalogue | undefined;
  let isFallback = false;
  let following: Promise<void> | undefined;
  let isAskedAgain = false;

  function change(fresh: Catalogue): void {
    const old = live;
    live = fresh;
    isFallback = false;
    setImmediate(() => old?.close());
    onChange(fresh);
  }

  async function openNext(wanted: CatalogueId): Promise<void> {
    const started = performance.now();
    const folder = catalogueFolder(dataDir, wanted);
    try {
      const fresh = await openCatalogue(folder, closing.signal);
      if (closing.signal.aborted) {
        fresh.close();
        return;
      }
      change(fresh);
      const took_ms = Math.round(performance.now() - started);
      log.info({ catalogue: formatId(wanted), took_ms }, "changed over to another catalogue");
    } catch (error) {
      if (closing.signal.aborted) return;
      isFallback = true;
      log.error(
        { catalogue: formatId(wanted), folder, reason: messageOf(error) },
        `the catalogue ${formatId(wanted)} cannot be used, ${nameOf(live)} stays live; choose another one with "earshot catalogue use", or import it again`,
      );
    }
  }

  async function followOnce(): Promise<void> {
    const wanted = await readCurrent(dataDir);
    if (wanted === undefined || live === undefined) return;
    if (isSameId(wanted, live.manifest)) isFallback = false;
    else await openNext(wanted);
  }

  /** Whatever is asked for meanwhile is looked at once more at the end. */
  async function followAll(): Promise<void> {
    do {
      isAskedAgain = false;
      await followOnce();
    } while (isAskedAgain && !closing.signal.aborted);
  }

  return {
    get: () => live,
    isFallback: () => isFallback,
    async begin(catalogue) {
      live = catalogue;
      const wanted = await readCurrent(dataDir);
      isFallback = wanted !== undefined && !isSameId(wanted, catalogue.manifest);
    },
    async follow() {
      if (following !== undefined) {
        isAskedAgain = true;
        return await following;
      }
      following = followAll();
      try {
        await following;
      } finally {
        following = undefined;
      }
    },
    close() {
      closing.abort(new EarshotError("timeout", "the node is stopping"));
      live?.close();
      live = undefined;
    },
  };
}

function nameOf(catalogue: Catalogue | undefined): string {
  return catalogue === undefined ? "none" : formatId(catalogue.manifest);
}
