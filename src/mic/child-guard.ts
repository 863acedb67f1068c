import { type ChildProcess, spawn } from "node:child_process";
import type { Log } from "../lifecycle.js";

/** Watches over one child process on behalf of this one. */
export interface ChildGuard {
  /** The child to watch over. Call it in the same turn in which the child was made. */
  watch(child: ChildProcess): void;
  /** The child has ended, or never began: the guard ends too, and does nothing. */
  release(): void;
}

/**
 * Reads two lines: the child's process id, and a word once the child has ended. The end of the
 * input between the two means that the node has died, whatever killed it.
 */
const script = `trap '' HUP INT TERM; read -r child || exit 0; read -r _ || kill -KILL "$child"`;

/**
 * Starts a guard, which sees to it that a child does not outlive this process, not even after
 * `kill -9`. Start it before the child, so that it is ready when the child is.
 *
 * An arecord whose reader is gone dies of SIGPIPE as soon as it has something to write. One that
 * hangs in its device, or is stopped, has nothing to write and would keep the device for ever. So a
 * shell holds the other end of a pipe: when this process dies, the pipe ends and the shell kills
 * the child. It works wherever there is a shell, needs no wrapper around the program, and sleeps
 * in the kernel otherwise.
 */
export function startChildGuard(log: Log): ChildGuard {
  const guard = spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"] });
  guard.on("error", (error) => {
    log.warn({ reason: error.message }, "no shell to guard the recorder; a kill -9 may orphan it");
  });
  // The shell may be gone before a line reaches it.
  guard.stdin.on("error", () => {});
  guard.unref();
  return {
    watch(child) {
      if (child.pid !== undefined) guard.stdin.write(`${child.pid}\n`);
    },
    release() {
      guard.stdin.end("ended\n");
    },
  };
}
