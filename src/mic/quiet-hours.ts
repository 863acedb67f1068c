import { EarshotError } from "../errors.js";

/** A daily stretch of local time in minutes after midnight, from `start` up to but without `end`. */
export interface QuietHours {
  readonly start: number;
  readonly end: number;
}

const shape = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/u;

/**
 * Reads `22:00-07:00`: from 22:00 on, until 07:00, over midnight when the end is the earlier one.
 *
 * @returns `undefined` for an empty text: no quiet hours
 * @throws EarshotError `bad_config` when the text has another shape or both times are equal
 */
export function parseQuietHours(text: string): QuietHours | undefined {
  if (text.trim() === "") return undefined;
  const [, startHour, startMinute, endHour, endMinute] = shape.exec(text.trim()) ?? [];
  const start = Number(startHour) * 60 + Number(startMinute);
  const end = Number(endHour) * 60 + Number(endMinute);
  if (Number.isNaN(start) || start === end) {
    throw new EarshotError(
      "bad_config",
      `quiet hours must be two different times as in 22:00-07:00, or empty for none; received "${text}"`,
    );
  }
  return { start, end };
}

/** Whether `parseQuietHours` takes a text. */
export function isQuietHours(text: string): boolean {
  try {
    parseQuietHours(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether the clock on the wall is inside the quiet hours.
 *
 * Only the wall time is looked at, so the hours stay where a person expects them when summer time
 * begins or ends: a skipped hour is never quiet, a repeated one is quiet twice.
 */
export function isQuiet(quietHours: QuietHours | undefined, moment: Date): boolean {
  if (quietHours === undefined) return false;
  const { start, end } = quietHours;
  const minute = moment.getHours() * 60 + moment.getMinutes();
  if (start < end) return minute >= start && minute < end;
  return minute >= start || minute < end;
}
