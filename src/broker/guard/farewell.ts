import type { Duplex } from "node:stream";

/** How long a client may take to read the last words before its socket is cut, in milliseconds. */
const farewellMs = 1000;

/** Closes a socket when the other side has read what was sent, or after a second. */
export function closeSoon(socket: Duplex): void {
  if (socket.writable) socket.end();
  socket.resume();
  const cutting = setTimeout(() => {
    socket.destroy();
  }, farewellMs).unref();
  // Most go at once: what hangs on the timer must not stay for its sake.
  socket.once("close", () => {
    clearTimeout(cutting);
  });
}
