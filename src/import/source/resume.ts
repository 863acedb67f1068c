import type { IncomingMessage } from "node:http";
import type { DownloadNote } from "./partial-file.js";

/** Asks for the rest of the very file whose beginning is there, or whether there is a new one. */
export function conditions(
  note: DownloadNote | undefined,
  isWhole: boolean,
  present: number,
): Record<string, string> {
  const { etag, lastModified } = note ?? {};
  if (isWhole) {
    if (etag !== undefined) return { "if-none-match": etag };
    return lastModified === undefined ? {} : { "if-modified-since": lastModified };
  }
  const validator = etag ?? lastModified;
  if (present === 0 || validator === undefined) return {};
  return { range: `bytes=${present}-`, "if-range": validator };
}

/** The place in the file at which the answer's content begins; undefined when it has none. */
export function startOf(response: IncomingMessage, present: number): number | undefined {
  if (response.statusCode === 200) return 0;
  if (response.statusCode !== 206) return undefined;
  const start = /^bytes (\d+)-/u.exec(response.headers["content-range"] ?? "")?.[1];
  return Number(start) === present ? present : undefined;
}

/** By these the rest of the file is known to belong to its beginning. */
export function validatorsOf({
  headers,
}: IncomingMessage): Pick<DownloadNote, "etag" | "lastModified"> {
  const { etag } = headers;
  const lastModified = headers["last-modified"];
  return {
    ...(etag === undefined || etag.startsWith("W/") ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
  };
}
