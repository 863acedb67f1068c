import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import { frameAt, packetSize } from "../../src/broker/guard/frames.js";
import type { Cleanup } from "./temp-folder.js";

/** A connection that sends bytes as they are and takes the answers apart. */
export interface RawClient {
  readonly socket: Socket;
  send(...packets: readonly Buffer[]): void;
  /** The next packet of a type (the upper half of its first byte); `undefined` when the line ends. */
  next(type: number): Promise<Buffer | undefined>;
  /** Every packet that came and was not taken yet. */
  readonly packets: readonly Buffer[];
  closed(): Promise<void>;
}

export async function connectRaw(t: Cleanup, port: number): Promise<RawClient> {
  const socket = connectSocket({ port, host: "127.0.0.1", noDelay: true });
  t.after(() => socket.destroy());
  socket.on("error", () => {});
  await once(socket, "connect");
  const packets: Buffer[] = [];
  let bytes = Buffer.alloc(0);
  let isClosed = false;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const check of waiting) check();
  };
  socket.on("data", (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const size = packetSize(bytes, 0);
      if (size <= 0 || size > bytes.length) break;
      packets.push(bytes.subarray(0, frameAt(bytes, 0, size).end));
      bytes = bytes.subarray(size);
    }
    wake();
  });
  socket.on("close", () => {
    isClosed = true;
    wake();
  });
  return {
    socket,
    packets,
    send(...sent) {
      socket.write(Buffer.concat(sent));
    },
    next: (type) =>
      new Promise((resolve) => {
        const check = (): void => {
          const index = packets.findIndex((packet) => (packet[0] ?? 0) >> 4 === type);
          if (index === -1 && !isClosed) return;
          waiting.delete(check);
          resolve(index === -1 ? undefined : packets.splice(index, 1)[0]);
        };
        waiting.add(check);
        check();
      }),
    closed: () =>
      new Promise((resolve) => {
        const check = (): void => {
          if (isClosed) resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}
