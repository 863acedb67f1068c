import { Duplex } from "node:stream";

/** What the guard is told of the broker's end of a connection. */
export interface BrokerEndEvents {
  /** The broker has read what there was and wants more. */
  readonly onWanted: () => void;
  /** What the broker wrote, in the pieces in which it did. */
  readonly onWritten: (pieces: readonly Buffer[]) => void;
  /** The broker let go of the connection, or was made to. */
  readonly onGone: () => void;
}

const mostBytes = 64 * 1024;

/**
 * The stream that Aedes holds instead of the socket: what it reads has been checked, and what it
 * writes is always accepted, because Aedes makes everybody wait for a stream that is full.
 */
export class BrokerEnd extends Duplex {
  readonly #events: BrokerEndEvents;

  constructor(events: BrokerEndEvents) {
    // With 1 it is asked for more when all has been read, and not before.
    super({ writableHighWaterMark: Number.MAX_SAFE_INTEGER, readableHighWaterMark: 1 });
    this.#events = events;
  }

  /** Whether so much waits to be read that no more should be added. */
  isFull(): boolean {
    return this.readableLength >= mostBytes;
  }

  override _read(): void {
    this.#events.onWanted();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#events.onWritten([chunk]);
    done();
  }

  override _writev(chunks: { readonly chunk: Buffer }[], done: () => void): void {
    this.#events.onWritten(chunks.map(({ chunk }) => chunk));
    done();
  }

  override _destroy(_error: Error | null, done: (error: Error | null) => void): void {
    this.#events.onGone();
    done(null);
  }
}
