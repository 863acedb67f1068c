import type { Log } from "../../src/lifecycle.js";

/** One line that was logged. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly details: object;
  readonly message: string;
}

/** A log that remembers, and can be a module's child like pino's. */
export type RecordedLog = Log & { readonly lines: LogLine[]; child(): RecordedLog };

export function recordLog(): RecordedLog {
  const lines: LogLine[] = [];
  const write = (level: LogLine["level"]) => (details: object, message: string) => {
    lines.push({ level, details, message });
  };
  const log: RecordedLog = {
    lines,
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: () => log,
  };
  return log;
}
