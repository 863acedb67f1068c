import { randomBytes } from "node:crypto";

/**
 * Names this run of this process in the names of temporary files. The process id alone would not
 * do: in a container it is 1 in every run.
 */
export const processMark = `${process.pid}-${randomBytes(4).toString("hex")}`;

/** What a mark looks like, for use inside a regular expression. */
export const markPattern = String.raw`\d+-[0-9a-f]{8}`;

/** Whether the run that left a mark may still be working. */
export function isRunning(mark: string): boolean {
  const pid = Number.parseInt(mark, 10);
  if (pid === process.pid) return mark === processMark;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
