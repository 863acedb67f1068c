import { silenceDb } from "./dbfs.js";

export interface LevelBarOptions {
  /** Characters of the bar itself, at least 1. */
  readonly width: number;
  /** The level of an empty bar, dBFS. The full bar is 0 dBFS. */
  readonly emptyDb: number;
}

const defaults: LevelBarOptions = { width: 40, emptyDb: -80 };

/** Draws a level as a text bar with its number: `████████░░░░ -32.1 dBFS`. */
export function formatLevelBar(levelDb: number, options: Partial<LevelBarOptions> = {}): string {
  const { width, emptyDb } = { ...defaults, ...options };
  const level = Number.isFinite(levelDb) ? Math.min(0, Math.max(silenceDb, levelDb)) : silenceDb;
  const share = Math.min(1, Math.max(0, 1 - level / emptyDb));
  const full = Math.round(share * width);
  return `${"█".repeat(full)}${"░".repeat(width - full)} ${level.toFixed(1)} dBFS`;
}
