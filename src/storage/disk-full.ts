import { EarshotError, messageOf } from "../errors.js";

const codes: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const messages = /database or disk is full|disk I\/O error|ENOSPC|EDQUOT|EFBIG/iu;

/**
 * Turns what a full disk, a quota or a limit on the size of files looks like from below into one
 * error; anything else is given back as it is.
 *
 * @param folder where was written
 * @returns EarshotError `disk_full`, or the error itself
 */
export function explainDiskFull(error: unknown, folder: string): unknown {
  if (error instanceof EarshotError || !(error instanceof Error)) return error;
  if (!("code" in error && codes.has(error.code)) && !messages.test(error.message)) return error;
  return diskFull(folder, messageOf(error), error);
}

/** Says that there is no room, and what to do about it. */
export function diskFull(folder: string, reason: string, cause?: unknown): EarshotError {
  return new EarshotError(
    "disk_full",
    `there is no room left to write below ${folder} (${reason}); free some space ("earshot catalogue remove" removes old catalogues) and try again`,
    { cause },
  );
}
