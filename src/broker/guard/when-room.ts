import type { Duplex } from "node:stream";

/** What may wait for a client before more of its retained and queued messages are fetched. */
const enoughBytes = 256 * 1024;

/** Calls back at once while little waits to be read, else when the socket has drained or closed. */
export function whenRoom(socket: Duplex | undefined, done: () => void): void {
  if (socket === undefined || socket.destroyed || socket.writableLength < enoughBytes) {
    done();
    return;
  }
  const finish = (): void => {
    socket.removeListener("drain", finish);
    socket.removeListener("close", finish);
    done();
  };
  socket.on("drain", finish);
  socket.on("close", finish);
}

/** The same as a promise. */
export function untilRoom(socket: Duplex | undefined): Promise<void> {
  return new Promise((resolve) => {
    whenRoom(socket, resolve);
  });
}
