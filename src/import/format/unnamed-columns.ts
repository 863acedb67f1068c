import type { SampleLine } from "./dialect.js";
import type { TextPlan } from "./text-plan.js";

const trackId = /^TR[A-Z0-9]{16}$/u;
const songId = /^SO[A-Z0-9]{16}$/u;

/**
 * The meaning of the columns of `unique_tracks.txt`, which has no header: track id, song id, artist,
 * title (Million Song Dataset, "Additional datasets", list of all track ids).
 *
 * @returns undefined for any other table
 */
export function knownByContent(
  { dialect, columns, firstLine }: TextPlan,
  lines: readonly SampleLine[],
): ReadonlyMap<number, string> | undefined {
  if (columns.length !== 4 || columns.some((name) => name !== "")) return undefined;
  const rows = lines.filter(({ line }) => line >= firstLine).slice(0, 100);
  const areTracks = rows.every(({ text }) => {
    const [track = "", song = ""] = text.split(dialect.delimiter);
    return trackId.test(track) && songId.test(song);
  });
  if (!areTracks || rows.length === 0) return undefined;
  return new Map([
    [0, "id"],
    [2, "artist"],
    [3, "title"],
  ]);
}
