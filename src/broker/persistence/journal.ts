import { messageOf } from "../../errors.js";
import type { Log } from "../../lifecycle.js";
import { createCompaction, type CompactionOptions } from "./compaction.js";
import { encodeFrame } from "./frames.js";
import { createPendingChanges, encodeTaken, type PendingChanges } from "./pending-changes.js";

/** Takes down every change of the state, so that the state survives the process. */
export interface Journal extends Pick<PendingChanges, "create" | "put" | "delete"> {
  /** Whether everything that an acknowledgement may depend on is on the disk. */
  isSynced(): boolean;
  /** Waits until the changes made so far are; never rejects. */
  synced(): Promise<void>;
  /** Writes what is left and closes the file; further changes are not taken down. */
  stop(): Promise<void>;
  counters(): { readonly storedBytes: number; readonly writes: number; readonly failures: number };
}

/** For a broker that keeps its state in memory only. */
export function createNoJournal(): Journal {
  return {
    create() {},
    put() {},
    delete() {},
    isSynced: () => true,
    synced: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    counters: () => ({ storedBytes: 0, writes: 0, failures: 0 }),
  };
}

export type JournalOptions = Omit<CompactionOptions, "onReady"> & { readonly log: Log };

const lazyMs = 200;
const retryMs = 5000;

/**
 * Starts the journal of an open file.
 *
 * Group commit: one write at a time, and what changes meanwhile goes into the next. A frame holds
 * whole turns of the event loop, so what one packet changes becomes durable together.
 *
 * While the disk refuses to write, the broker goes on without: a home whose disk is full still
 * wants its lights. An error is logged, `failures` counts, and it is tried again every 5 s.
 */
export function startJournal({ file, snapshot, liveBytes, log }: JournalOptions): Journal {
  const pending = createPendingChanges();
  /** Changes in the write under way that acknowledgements wait for. */
  let urgentWriting = 0;
  let waitingForNext: (() => void)[] = [];
  let waitingForThis: (() => void)[] = [];
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Immediate | undefined;
  let isFailing = false;
  let isStopped = false;
  let writes = 0;
  let failures = 0;

  /** In a turn of its own: what a packet changes in this one belongs into the same frame. */
  const writeSoon = (): void => {
    if (writing === undefined && !isStopped) soon ??= setImmediate(write);
  };
  const writeLater = (): void => {
    if (isStopped) return;
    timer ??= setTimeout(writeSoon, isFailing ? retryMs : lazyMs).unref();
  };
  const compaction = createCompaction({ file, snapshot, liveBytes, log, onReady: writeSoon });

  const write = (): void => {
    cancelTimers();
    writing = writeOnce().finally(() => {
      writing = undefined;
      if (waitingForNext.length > 0 || compaction.isReady()) writeSoon();
      else if (pending.size() > 0) writeLater();
    });
  };

  const cancelTimers = (): void => {
    clearTimeout(timer);
    clearImmediate(soon);
    timer = undefined;
    soon = undefined;
  };

  const writeOnce = async (): Promise<void> => {
    const sync = pending.urgent() > 0;
    urgentWriting = pending.urgent();
    waitingForThis = waitingForNext;
    waitingForNext = [];
    const taken = pending.take();
    try {
      const changes = [...encodeTaken(taken)];
      await writeFrame(changes.length === 0 ? [] : [encodeFrame(changes)], sync);
      writes += 1;
      if (isFailing) log.warn({}, "the broker's state is written again");
      isFailing = false;
    } catch (error) {
      pending.giveBack(taken);
      failed(error);
    }
    urgentWriting = 0;
    release(waitingForThis);
    if (!isFailing && !isStopped) compaction.beginWhenLong();
  };

  const writeFrame = async (frames: readonly Buffer[], sync: boolean): Promise<void> => {
    if (compaction.isReady()) {
      await compaction.finish(frames);
      return;
    }
    for (const frame of frames) {
      await file.append(frame, { sync });
      compaction.appended(frame);
    }
  };

  const failed = (error: unknown): void => {
    failures += 1;
    release(waitingForNext);
    if (!isFailing) {
      const reason = messageOf(error);
      log.error(
        { reason },
        "the broker's state cannot be written; until it can, a restart loses it",
      );
    }
    isFailing = true;
  };

  const isSynced = (): boolean => isFailing || isStopped || pending.urgent() + urgentWriting === 0;

  return {
    create(key, encode) {
      pending.create(key, encode);
      writeLater();
    },
    put(key, encode, urgency) {
      pending.put(key, encode, urgency);
      writeLater();
    },
    delete(key, urgency) {
      pending.delete(key, urgency);
      writeLater();
    },
    isSynced,
    synced() {
      if (isSynced()) return Promise.resolve();
      return new Promise((resolve) => {
        if (pending.urgent() > 0) waitingForNext.push(resolve);
        else waitingForThis.push(resolve);
        writeSoon();
      });
    },
    async stop() {
      if (isStopped) return;
      isStopped = true;
      cancelTimers();
      await writing;
      await compaction.settled();
      if (pending.size() > 0 || compaction.isReady()) await writeOnce();
      release(waitingForNext);
      await file.close();
    },
    counters: () => ({ storedBytes: file.size(), writes, failures }),
  };
}

function release(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve();
}
