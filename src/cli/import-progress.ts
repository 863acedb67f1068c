import { z } from "zod";
import type { JobProgress } from "../catalogue/build-job.js";
import type { ImportProgress } from "../import/import.js";
import type { DownloadProgress } from "../import/source/download.js";
import type { Terminal } from "./command.js";
import { createLiveLine } from "./live-line.js";
import { count } from "./numbers.js";
import { printable } from "./printable.js";

/** Shows how far an import is: a line that is rewritten, or now and then one more in a log. */
export interface ProgressDisplay {
  /** Of reading, which the thread of a build hands on as it is. */
  readonly show: (progress: JobProgress) => void;
  /** Of fetching a file, before it is read. */
  readonly showDownload: (progress: DownloadProgress) => void;
  /** Leaves an empty line, so that something else can be printed. */
  readonly clear: () => void;
}

const importProgressSchema = z.object({
  source: z.string(),
  bytes: z.number(),
  totalBytes: z.number().optional(),
  rows: z.number(),
  songs: z.number(),
});

const terminalEveryMs = 100;
const logEveryMs = 5000;

/** Creates the display; `now` gives milliseconds. */
export function createProgressDisplay(
  terminal: Terminal,
  now: () => number = () => performance.now(),
): ProgressDisplay {
  const line = createLiveLine(terminal);
  const start = now();
  const everyMs = terminal.isInteractive ? terminalEveryMs : logEveryMs;
  let shownAt = terminal.isInteractive ? -Infinity : start;
  const showText = (describe: (elapsedMs: number) => string | undefined): void => {
    const time = now();
    if (time - shownAt < everyMs) return;
    const text = describe(time - start);
    if (text === undefined) return;
    shownAt = time;
    if (terminal.isInteractive) line.show(text);
    else terminal.writeError(text);
  };
  return {
    show: (progress) => showText((elapsedMs) => describeProgress(progress, elapsedMs)),
    showDownload: (progress) => showText(() => describeDownload(progress)),
    clear: line.clear,
  };
}

/** How far it is, in one line; `undefined` for what reading and writing both tell: reading says more. */
function describeProgress(progress: JobProgress, elapsedMs: number): string | undefined {
  if (progress.from === "songs") {
    return describeReading(importProgressSchema.parse(progress.details), elapsedMs);
  }
  const { progress: stage } = progress;
  if (stage.stage === "songs") return undefined;
  if (stage.stage === "sealing") return "checking the catalogue";
  const points = `${count(stage.points)} of ${count(stage.of)} points`;
  return `${bar(stage.points / stage.of)} ${stage.stage}, ${points}`;
}

/**
 * Reading, in one line: a bar and percent where the size is known, rows, rows per second, time left.
 *
 * @param elapsedMs since the beginning of the import
 */
export function describeReading(
  { source, bytes, totalBytes, rows }: z.infer<typeof importProgressSchema> | ImportProgress,
  elapsedMs: number,
): string {
  const perSecond = elapsedMs > 0 ? (rows / elapsedMs) * 1000 : 0;
  const speed = `${count(rows)} rows, ${count(Math.round(perSecond))}/s`;
  const name = printable(source);
  if (totalBytes === undefined || totalBytes === 0) return `${name}: ${speed}`;
  const done = Math.min(1, bytes / totalBytes);
  const leftMs = done > 0 ? (elapsedMs * (1 - done)) / done : undefined;
  const left = leftMs === undefined ? "" : `, ${clock(leftMs)} left`;
  return `${bar(done)} ${speed}${left}  ${name}`;
}

function describeDownload({ name, bytes, totalBytes }: DownloadProgress): string {
  const megabytes = `${(bytes / 1e6).toFixed(1)} MB`;
  const start = totalBytes === undefined ? "" : `${bar(bytes / totalBytes)} `;
  return `${start}${megabytes} fetched  ${printable(name)}`;
}

const barColumns = 20;

function bar(share: number): string {
  const full = Math.floor(share * barColumns);
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return `${"█".repeat(full)}${"░".repeat(barColumns - full)} ${percent} %`;
}

/** 65,000 ms is 1:05. */
function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
