import type { Change } from "./frames.js";

/** Writes a record when its turn comes; `undefined` when there is nothing to write after all. */
export type Encode = () => Buffer | undefined;

/**
 * How soon a change must be on the disk. `acknowledged`: an acknowledgement waits for it. `lazy`: a
 * kill loses nothing that was promised, so within a second.
 */
export type Urgency = "acknowledged" | "lazy";

interface Pending {
  /** `undefined`: to be deleted. */
  readonly encode: Encode | undefined;
  readonly urgency: Urgency;
  /** No trace of the key has reached the file. */
  readonly isNew: boolean;
}

/** Changes that were taken out to be written. */
export type TakenChanges = ReadonlyMap<string, Pending>;

/** The changes that wait to be written: one per key, the last. */
export interface PendingChanges {
  /** Of a key that was never used before. */
  create(key: string, encode: Encode): void;
  put(key: string, encode: Encode, urgency: Urgency): void;
  /** A record that was created and not yet taken leaves no trace. */
  delete(key: string, urgency: Urgency): void;
  size(): number;
  /** How many of them acknowledgements wait for. */
  urgent(): number;
  take(): TakenChanges;
  /** Puts changes that could not be written back, behind those made since. */
  giveBack(taken: TakenChanges): void;
}

/** @see PendingChanges */
export function createPendingChanges(): PendingChanges {
  let changes = new Map<string, Pending>();
  let urgent = 0;
  const forget = (key: string): Pending | undefined => {
    const former = changes.get(key);
    if (former === undefined) return undefined;
    changes.delete(key);
    if (former.urgency === "acknowledged") urgent -= 1;
    return former;
  };
  const add = (key: string, change: Pending): void => {
    changes.set(key, change);
    if (change.urgency === "acknowledged") urgent += 1;
  };
  return {
    create(key, encode) {
      add(key, { encode, urgency: "acknowledged", isNew: true });
    },
    put(key, encode, urgency) {
      const former = forget(key);
      const isUrgent = former?.urgency === "acknowledged" || urgency === "acknowledged";
      const isNew = former?.isNew === true;
      add(key, { encode, urgency: isUrgent ? "acknowledged" : "lazy", isNew });
    },
    delete(key, urgency) {
      if (forget(key)?.isNew !== true) add(key, { encode: undefined, urgency, isNew: false });
    },
    size: () => changes.size,
    urgent: () => urgent,
    take() {
      const taken = changes;
      changes = new Map();
      urgent = 0;
      return taken;
    },
    giveBack(taken) {
      const newer = changes;
      changes = new Map();
      urgent = 0;
      // Some bytes of them may have reached the file: nothing is new any more.
      for (const [key, change] of taken) {
        if (!newer.has(key)) add(key, { ...change, isNew: false });
      }
      for (const [key, change] of newer) add(key, { ...change, isNew: false });
    },
  };
}

/** The records as they are now. */
export function* encodeTaken(taken: TakenChanges): Iterable<Change> {
  for (const [key, { encode }] of taken) {
    const value = encode?.();
    if (encode === undefined || value !== undefined) yield { key, value };
  }
}
