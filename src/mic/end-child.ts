import type { ChildProcess } from "node:child_process";

/** Whether the process has ended, or was never there. */
export function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/**
 * Ends a child and waits for its exit: SIGCONT (a stopped one answers nothing else), SIGTERM, and
 * SIGKILL after `graceMs`.
 *
 * @returns whether it has ended; false when it sits in the kernel even `graceMs` after SIGKILL, as
 *   a program can whose USB device has vanished
 */
export async function endChild(child: ChildProcess, graceMs: number): Promise<boolean> {
  if (hasEnded(child)) return true;
  child.kill("SIGCONT");
  child.kill("SIGTERM");
  if (await exitsWithin(child, graceMs)) return true;
  child.kill("SIGKILL");
  return exitsWithin(child, graceMs);
}

function exitsWithin(child: ChildProcess, timeoutMs: number): Promise<boolean> {
  if (hasEnded(child)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      child.off("exit", settle);
      resolve(hasEnded(child));
    };
    const timer = setTimeout(settle, timeoutMs);
    child.on("exit", settle);
  });
}
