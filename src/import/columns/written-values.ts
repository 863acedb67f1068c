import type { Cell } from "../table.js";

const clock = /^(?:(\d{1,2}):)?(\d{1,3}):([0-5]?\d(?:[.,]\d+)?)$/u;

/**
 * Reads 3:05 and 1:02:03 as seconds.
 *
 * @returns `undefined` when the cell is not written like a clock
 */
export function parseClock(cell: Cell): number | undefined {
  const found = typeof cell === "string" ? clock.exec(cell.trim()) : null;
  if (found === null) return undefined;
  const [, hours = "0", minutes = "0", seconds = "0"] = found;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace(",", "."));
}

const modeNames: ReadonlyMap<string, number> = new Map([
  ["major", 1],
  ["maj", 1],
  ["dur", 1],
  ["majeur", 1],
  ["mayor", 1],
  ["minor", 0],
  ["min", 0],
  ["moll", 0],
  ["mineur", 0],
  ["menor", 0],
]);

/** Reads the two modes by their names: major is 1, minor 0; `undefined` for anything else. */
export function parseMode(cell: Cell): number | undefined {
  return typeof cell === "string" ? modeNames.get(cell.trim().toLowerCase()) : undefined;
}

/** Reads 3/4 as 3 beats; `undefined` when the cell is not written like a time signature. */
export function parseSignature(cell: Cell): number | undefined {
  const found = typeof cell === "string" ? /^\s*(\d{1,2})\s*\/\s*\d{1,2}\s*$/u.exec(cell) : null;
  return found === null ? undefined : Number(found[1]);
}
