import { messageOf } from "../../errors.js";
import type { Log } from "../../lifecycle.js";
import { encodeFrame, type Change } from "./frames.js";
import type { JournalFile, Rewrite } from "./journal-file.js";

/** Shortens the journal now and then, while it is written to. */
export interface Compaction {
  /** Looks whether the file has grown enough; begins to copy the state when it has. */
  beginWhenLong(): void;
  /** To be told of each frame that is appended meanwhile: it goes into the copy as well. */
  appended(frame: Buffer): void;
  /** Whether the copy only lacks its last frames. */
  isReady(): boolean;
  /**
   * Adds the last frames and puts the copy in the journal's place.
   *
   * @throws an Error of the file system; the journal is then as it was
   */
  finish(frames: readonly Buffer[]): Promise<void>;
  /** Waits until no copying is under way. */
  settled(): Promise<void>;
}

export interface CompactionOptions {
  readonly file: JournalFile;
  /** All records as they are now. */
  readonly snapshot: () => Iterable<Change>;
  /** Bytes of the records that were found at the start. */
  readonly liveBytes: number;
  /** Called when the copy waits for its last frames. */
  readonly onReady: () => void;
  readonly log: Log;
}

/** A new file in the making. */
interface Copy {
  readonly target: Rewrite;
  /** Frames appended to the journal that are not in the copy yet. */
  readonly since: Buffer[];
  /** Bytes of the records themselves. */
  bytes: number;
  isReady: boolean;
}

/** Rewritten when the file is twice as long as its content, and longer by at least this much. */
const minGrowthBytes = 1024 * 1024;
const snapshotFrameBytes = 256 * 1024;

/**
 * The copy is not of one moment: what changes while it is written may or may not be in it. All of
 * these changes follow as frames, and a change says what a record is, not how it differs.
 */
export function createCompaction(options: CompactionOptions): Compaction {
  const { file, snapshot, onReady, log } = options;
  let copy: Copy | undefined;
  let copying: Promise<void> | undefined;
  /** What the last copy held, without what was appended while it was made. */
  let { liveBytes } = options;
  /** After a failure: not again before the file has grown further. */
  let failedAtBytes = 0;

  const copyState = async (): Promise<void> => {
    const started: Copy = {
      target: await file.beginRewrite(),
      since: [],
      bytes: 0,
      isReady: false,
    };
    copy = started;
    try {
      for (const frame of framesOf(snapshot())) {
        await started.target.add(frame);
        started.bytes += frame.length;
        // Not kept until the end: a flood during a long copy would fill the memory.
        for (const appended of started.since.splice(0)) await started.target.add(appended);
      }
      started.isReady = true;
    } catch (error) {
      copy = undefined;
      await started.target.abandon();
      throw error;
    }
  };

  return {
    beginWhenLong() {
      const limit = Math.max(2 * liveBytes, liveBytes + minGrowthBytes, failedAtBytes);
      if (copying !== undefined || copy !== undefined || file.size() < limit) return;
      copying = copyState()
        .then(onReady, (error: unknown) => {
          failedAtBytes = file.size() + minGrowthBytes;
          log.warn({ reason: messageOf(error) }, "the broker's state could not be shortened");
        })
        .finally(() => {
          copying = undefined;
        });
    },
    appended(frame) {
      copy?.since.push(frame);
    },
    isReady: () => copy?.isReady === true,
    async finish(frames) {
      const finished = copy;
      copy = undefined;
      if (finished === undefined) return;
      try {
        await finished.target.finish([...finished.since, ...frames]);
      } catch (error) {
        failedAtBytes = file.size() + minGrowthBytes;
        await finished.target.abandon();
        throw error;
      }
      liveBytes = finished.bytes;
      failedAtBytes = 0;
    },
    async settled() {
      await copying;
    },
  };
}

function* framesOf(changes: Iterable<Change>): Iterable<Buffer> {
  let gathered: Change[] = [];
  let bytes = 0;
  for (const change of changes) {
    gathered.push(change);
    bytes += change.key.length + (change.value?.length ?? 0);
    if (bytes < snapshotFrameBytes) continue;
    yield encodeFrame(gathered);
    gathered = [];
    bytes = 0;
  }
  if (gathered.length > 0) yield encodeFrame(gathered);
}
