import { type DestinationStream, type Logger, pino } from "pino";

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
export async function createLog(options: LogOptions): Promise<Logger> {
  return pino({ level: options.level, base: null }, await createDestination(options));
}

async function createDestination(options: LogOptions): Promise<DestinationStream> {
  if (!options.isPretty) return pino.destination({ dest: 2, sync: true });
  // Loaded for people only: a service has no terminal.
  const { default: pretty } = await import("pino-pretty");
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
