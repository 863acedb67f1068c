import { type DestinationStream, type Logger, pino } from "pino";
import pretty from "pino-pretty";

export interface LogOptions {
  readonly level: string;
  /** Lines for people instead of JSON. */
  readonly isPretty: boolean;
  readonly isColoured: boolean;
}

/**
 * Creates the program's log, on standard error: pino as JSON, or one readable line an entry.
 *
 * pino-pretty runs in this thread: a worker for it would cost 30 MB on a Pi.
 */
export function createLog(options: LogOptions): Logger {
  return pino({ level: options.level, base: null }, createDestination(options));
}

function createDestination(options: LogOptions): DestinationStream {
  if (!options.isPretty) return pino.destination({ dest: 2, sync: true });
  return pretty({
    destination: 2,
    sync: true,
    colorize: options.isColoured,
    translateTime: "SYS:HH:MM:ss.l",
    messageFormat: (entry, messageKey) => `${moduleOf(entry)}${String(entry[messageKey])}`,
    ignore: "module",
  });
}

function moduleOf(entry: Record<string, unknown>): string {
  return typeof entry["module"] === "string" ? `${entry["module"]}: ` : "";
}
