import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../errors.js";
import type { Log } from "../lifecycle.js";

/** Tells when the file `current` was written. */
export interface CurrentWatch {
  /** Begins; `onWritten` is called once for each time that it finds the file written anew. */
  start(): Promise<void>;
  stop(): void;
}

/** For file systems that tell nothing of changes made elsewhere, and for lost messages. */
const pollMs = 10_000;

/**
 * Creates the watch over a data folder; what was there at the start is no news.
 *
 * Whoever makes another catalogue the live one (an import, `earshot catalogue use`) only replaces
 * that file; a node that runs needs no message.
 */
export function watchCurrent(options: {
  readonly dataDir: string;
  readonly log: Log;
  readonly onWritten: () => void;
}): CurrentWatch {
  const { dataDir, log, onWritten } = options;
  const path = join(dataDir, "current");
  let known: string | undefined;
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    const seen = await stampOf(path);
    if (seen === known || timer === undefined) return;
    known = seen;
    onWritten();
  }

  const lookNow = (): void => {
    look().catch((error: unknown) => {
      log.debug({ reason: messageOf(error) }, "the file current cannot be looked at");
    });
  };

  return {
    async start() {
      known = await stampOf(path);
      timer = setInterval(lookNow, pollMs);
      try {
        watcher = watch(dataDir, (_event, file) => {
          if (file === null || file === "current") lookNow();
        });
        watcher.on("error", (error) => {
          log.debug({ reason: messageOf(error) }, "the data folder cannot be watched");
        });
      } catch (error) {
        log.debug({ reason: messageOf(error) }, "the data folder cannot be watched");
      }
    },
    stop() {
      watcher?.close();
      clearInterval(timer);
      timer = undefined;
    },
  };
}

/** Another one each time that the file is replaced. */
async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { ino, mtimeNs } = await stat(path, { bigint: true });
    return `${ino} ${mtimeNs}`;
  } catch {
    return undefined;
  }
}
