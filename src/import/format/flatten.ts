import type { Cell } from "../table.js";

/** An object as JSON.parse gives it. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const maxDepth = 8;
/** A list of numbers up to this length is so many columns: timbre has 12, MFCC 13, a chroma 36. */
const maxNumbers = 64;

/**
 * The cells of an object by dotted path: `{"rhythm": {"bpm": 120}}` has "rhythm.bpm".
 *
 * A list of numbers gives "key.0", "key.1" and so on; a list of texts one cell in JSON's notation
 * (`["A", "B"]`), a list with one text that text; a list of objects the list of their names, as
 * Spotify writes artists ("artists.name"). True and false are "true" and "false".
 */
export function flatten(object: JsonObject): ReadonlyMap<string, Cell> {
  const cells = new Map<string, Cell>();
  addObject(object, { prefix: "", depth: 0, cells });
  return cells;
}

interface Place {
  /** "" or a path with its dot: "rhythm." */
  readonly prefix: string;
  readonly depth: number;
  readonly cells: Map<string, Cell>;
}

function addObject(object: JsonObject, { prefix, depth, cells }: Place): void {
  for (const [key, value] of Object.entries(object)) {
    const path = prefix + key;
    if (Array.isArray(value)) addList(value, path, cells);
    else if (isJsonObject(value)) {
      if (depth < maxDepth) addObject(value, { prefix: `${path}.`, depth: depth + 1, cells });
    } else cells.set(path, cellOf(value));
  }
}

function addList(list: readonly unknown[], path: string, cells: Map<string, Cell>): void {
  if (list.length === 0) cells.set(path, undefined);
  else if (list.length <= maxNumbers && list.every((item) => typeof item === "number")) {
    for (const [index, item] of list.entries()) cells.set(`${path}.${index}`, item);
  } else if (list.every((item) => typeof item === "string")) cells.set(path, textOfList(list));
  else {
    const names = list.map((item) => (isJsonObject(item) ? item["name"] : undefined));
    const texts = names.filter((name) => typeof name === "string");
    if (texts.length > 0) cells.set(`${path}.name`, textOfList(texts));
  }
}

function textOfList(list: readonly string[]): string {
  return list.length === 1 ? (list[0] ?? "") : JSON.stringify(list);
}

function cellOf(value: unknown): Cell {
  if (typeof value === "string" || typeof value === "number") return value;
  return typeof value === "boolean" ? String(value) : undefined;
}
