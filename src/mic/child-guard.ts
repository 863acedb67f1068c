import { type ChildProcess, spawn } from "node:child_process";
import type { Log } from "../lifecycle.js";

/** Watches over one child process on behalf of this one. */
export interface ChildGuard {
  /** The child has ended: the guard ends too, and does nothing. */
  release(): void;
}

/**
 * Reads one line. A line means that the child has ended; the end of the input without one means
 * that the node has died, whatever killed it.
 */
const script = `trap '' HUP INT TERM; read -r _ || kill -KILL "$0"`;

/**
 * Sees to it that `child` does not outlive this process, not even after `kill -9`.
 *
 * An arecord whose reader is gone dies of SIGPIPE as soon as it has something to write. One that
 * hangs in its device, or is stopped, has nothing to write and would keep the device for ever. So a
 * shell holds the other end of a pipe: when this process dies, the pipe ends and the shell kills
 * the child. It works wherever there is a shell, needs no wrapper around the program, and sleeps
 * in the kernel otherwise.
 */
export function guardChild(child: ChildProcess, log: Log): ChildGuard {
  if (child.pid === undefined) return { release() {} };
  const guard = spawn("/bin/sh", ["-c", script, String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.on("error", (error) => {
    log.warn({ reason: error.message }, "no shell to guard the recorder; a kill -9 may orphan it");
  });
  // It may be gone before the line reaches it.
  guard.stdin.on("error", () => {});
  guard.unref();
  return {
    release() {
      guard.stdin.end("\n");
    },
  };
}
