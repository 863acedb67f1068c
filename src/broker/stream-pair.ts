import { Duplex } from "node:stream";

/**
 * Creates two streams of which each reads what is written to the other, as the two ends of a line
 * of the network do: when one is gone, so is the other.
 *
 * Unlike `duplexPair` of node:stream it takes several writes at once. An MQTT packet is written in
 * six to eight small pieces; passed on one by one they cost more than the answer to a query.
 */
export function createStreamPair(): readonly [Duplex, Duplex] {
  const one = new StreamEnd();
  const other = new StreamEnd();
  one.connect(other);
  other.connect(one);
  return [one, other];
}

/** A flood of replies is passed on at once, and not in 16 KiB. */
const highWaterMark = 256 * 1024;

class StreamEnd extends Duplex {
  #peer: StreamEnd | undefined;
  /** Goes on with the peer's writing once this end has been read. */
  #resumePeer: (() => void) | undefined;

  constructor() {
    super({ readableHighWaterMark: highWaterMark, writableHighWaterMark: highWaterMark });
    // mqtt.js waits with a listener for each message that was written to a full stream.
    this.setMaxListeners(0);
  }

  connect(peer: StreamEnd): void {
    this.#peer = peer;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#pass(chunk, done);
  }

  override _writev(chunks: { readonly chunk: Buffer }[], done: () => void): void {
    this.#pass(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _read(): void {
    const resume = this.#resumePeer;
    this.#resumePeer = undefined;
    resume?.();
  }

  override _final(done: () => void): void {
    this.#peer?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const peer = this.#peer;
    this.#peer = undefined;
    peer?.destroy();
    done(error);
  }

  #pass(bytes: Buffer, done: () => void): void {
    const peer = this.#peer;
    if (peer === undefined || peer.push(bytes)) done();
    else peer.#resumePeer = done;
  }
}
