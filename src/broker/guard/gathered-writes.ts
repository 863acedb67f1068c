import type { Writable } from "node:stream";

/** Writes to connections, as few times as it can. */
export interface GatheredWrites<Connection> {
  /** Writes now or within this turn of the event loop, in the order of the calls. */
  write(connection: Connection, pieces: readonly Buffer[]): void;
  /**
   * Something that has been put off by `setImmediate` is about to write: what it writes leaves right
   * behind it, and not one turn of the event loop later.
   */
  readonly expect: () => void;
}

/** As much waits for the end of the turn; more is written at once. */
const mostWaiting = 64 * 1024;

/**
 * Gathers what is written to a socket within one turn of the event loop into one write.
 *
 * A call into the kernel costs as much as checking ten packets. Of twenty messages that came in one
 * piece each has its acknowledgement and its deliveries: together they leave as one segment.
 *
 * @param onWritten called for a connection when its share of the turn has gone out
 */
export function createGatheredWrites<Connection extends { readonly socket: Writable }>(
  onWritten: (connection: Connection) => void,
): GatheredWrites<Connection> {
  let corked: Connection[] = [];
  let releasing: NodeJS.Immediate | undefined;
  const release = (connection: Connection): void => {
    connection.socket.uncork();
    onWritten(connection);
  };
  const releaseAll = (): void => {
    const all = corked;
    corked = [];
    releasing = undefined;
    for (const connection of all) if (connection.socket.writableCorked > 0) release(connection);
  };
  return {
    write(connection, pieces) {
      const { socket } = connection;
      if (!socket.writable || pieces.length === 0) return;
      if (socket.writableCorked === 0) {
        socket.cork();
        corked.push(connection);
        releasing ??= setImmediate(releaseAll);
      }
      for (const bytes of pieces) socket.write(bytes);
      if (socket.writableLength > mostWaiting) release(connection);
    },
    expect() {
      // What has been gathered already waits no longer for it.
      if (corked.length > 0) return;
      clearImmediate(releasing);
      releasing = setImmediate(releaseAll);
    },
  };
}
