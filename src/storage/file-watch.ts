import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";

/** Tells when files have become other ones: written, replaced by a rename, made or removed. */
export interface FileWatch {
  start(): Promise<void>;
  stop(): void;
}

/** Editors and certificate tools write several files, or one in several steps. */
const settleMs = 300;
/** Where the kernel tells nothing (network drives, links that are swapped) the times are compared. */
const pollMs = 5000;

/**
 * Watches a few files by their folders, because a file that is replaced by a rename is another one.
 *
 * @param onChange called when a file's identity, size or time has changed, once for changes that
 *   follow each other closely; may find half of them done, and is called again for the rest
 */
export function createFileWatch(paths: readonly string[], onChange: () => void): FileWatch {
  let seen = "";
  let isRunning = false;
  let settling: NodeJS.Timeout | undefined;
  let polling: NodeJS.Timeout | undefined;
  let watchers: readonly FSWatcher[] = [];
  const look = async (): Promise<void> => {
    const now = await describeFiles(paths);
    if (!isRunning || now === seen) return;
    seen = now;
    onChange();
  };
  const lookSoon = (): void => {
    if (!isRunning) return;
    settling ??= setTimeout(() => {
      settling = undefined;
      void look();
    }, settleMs);
  };
  return {
    async start() {
      seen = await describeFiles(paths);
      isRunning = true;
      watchers = [...new Set(paths.map((path) => dirname(path)))].flatMap((folder) =>
        watchFolder(folder, lookSoon),
      );
      polling = setInterval(lookSoon, pollMs);
      polling.unref();
    },
    stop() {
      isRunning = false;
      clearTimeout(settling);
      clearInterval(polling);
      settling = undefined;
      for (const watcher of watchers) watcher.close();
      watchers = [];
    },
  };
}

/** None where it is not possible (no such folder, no watches left): the poll does it. */
function watchFolder(folder: string, onEvent: () => void): readonly FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent);
    watcher.on("error", () => {
      watcher.close();
    });
    return [watcher];
  } catch {
    return [];
  }
}

async function describeFiles(paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map((path) => describeFile(path)))).join("\n");
}

async function describeFile(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(path);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return "absent";
  }
}
