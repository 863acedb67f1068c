import { hash } from "node:crypto";
import { readFileSync } from "node:fs";

/**
 * Names a run of a process in the names of temporary files: its id, and a sum over when it started.
 * The process id alone would not do: in a container it is 1 in every run, and anywhere ids come
 * round again. All threads of a process have the same mark.
 */
export const processMark = markOf(process.pid);

/** What a mark looks like, for use inside a regular expression. */
export const markPattern = String.raw`\d+-[0-9a-f]{8}`;

/** The mark of the process that has this id now. */
export function markOf(pid: number): string {
  const sum = hash("sha256", startOf(pid) ?? "");
  return `${pid}-${sum.slice(0, 8)}`;
}

/**
 * Whether the run that left a mark is still there. In doubt it is: a process of another user may
 * hide when it started.
 */
export function isRunning(mark: string): boolean {
  const pid = pidOf(mark);
  return exists(pid) && (startOf(pid) === undefined || markOf(pid) === mark);
}

/** The process that left a mark. */
export function pidOf(mark: string): number {
  return Number.parseInt(mark, 10);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** When a process started, in clock ticks since the boot; `undefined` where that cannot be read. */
function startOf(pid: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, the program's name in brackets, may hold anything; the start is the 22nd.
    return status.slice(status.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
