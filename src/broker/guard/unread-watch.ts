import type { Connection } from "./connection.js";
import type { GuardLimits } from "./limits.js";

/** What is watched of a connection. */
export type Watched = Pick<Connection, "socket" | "waitingBytes" | "cut">;

/** Watches what waits for clients that do not read. */
export interface UnreadWatch {
  /** To be called after each write: drops a client for whom too much waits. */
  check(connection: Watched): void;
  /** To be called now and then: keeps the sum within its limit. */
  sweep(): void;
  forget(connection: Watched): void;
}

/** Below this a client is just a little behind. */
const notableBytes = 64 * 1024;

/** A client that stops reading costs memory and nobody's time: writes to it are always accepted. */
export function createUnreadWatch(
  limits: Pick<GuardLimits, "unreadBytes" | "unreadBytesInAll">,
): UnreadWatch {
  const behind = new Set<Watched>();
  const drop = (connection: Watched): void => {
    const waiting = connection.waitingBytes();
    behind.delete(connection);
    const fault = connection.socket.writableLength > 0 ? "read" : "acknowledge";
    connection.cut("dropped_slow", `it does not ${fault}: ${waiting} bytes wait for it`);
  };
  return {
    check(connection) {
      const waiting = connection.waitingBytes();
      if (waiting > limits.unreadBytes) drop(connection);
      // What was gathered may be written when its connection has ended and is forgotten.
      else if (waiting > notableBytes && connection.socket.writable) behind.add(connection);
    },
    sweep() {
      let sum = 0;
      for (const connection of behind) {
        const waiting = connection.waitingBytes();
        if (waiting > notableBytes) sum += waiting;
        else behind.delete(connection);
      }
      const worst = [...behind].toSorted((one, other) => other.waitingBytes() - one.waitingBytes());
      for (const connection of worst) {
        if (sum <= limits.unreadBytesInAll) return;
        sum -= connection.waitingBytes();
        drop(connection);
      }
    },
    forget(connection) {
      behind.delete(connection);
    },
  };
}
