import { checkJson } from "../contract/codec.js";
import { isNodeName } from "../contract/names.js";
import { type RecommendRequest, requestSchema } from "../contract/request.js";
import { EarshotError, messageOf } from "../errors.js";
import type { CommandFlags } from "./command.js";

/**
 * Puts a title and the flags of `earshot ask` together.
 *
 * @param title empty when the song is asked for by its id
 * @throws EarshotError `bad_usage` naming the flag
 */
export function buildRequest(title: string, flags: CommandFlags): RecommendRequest {
  const request = {
    ...(title === "" ? {} : { title }),
    ...textFlag(flags["artist"], "artist"),
    ...textFlag(flags["id"], "song_id"),
    ...numberFlag(flags["limit"], "limit"),
    ...numberFlag(flags["max-per-artist"], "max_per_artist"),
    ...filterFlags(flags["filter"]),
  };
  try {
    return checkJson(requestSchema, request);
  } catch (cause) {
    throw new EarshotError("bad_usage", inWordsOfFlags(messageOf(cause), flags), { cause });
  }
}

/** The flags that have another name in the request. */
const flagOfField: ReadonlyMap<string, string> = new Map([
  ["artist", "artist"],
  ["song_id", "id"],
  ["limit", "limit"],
  ["max_per_artist", "max-per-artist"],
  ["filters", "filter"],
]);

/** "limit: expected …" of a request, as somebody who typed flags understands it. */
function inWordsOfFlags(message: string, flags: CommandFlags): string {
  const [, field = "", expected = ""] = /^(\w+)[\w.]*: (.*)$/su.exec(message) ?? [];
  const flag = flagOfField.get(field);
  if (flag === undefined) return message;
  return `--${flag}: ${expected}, got ${[flags[flag]].flat().map(show).join(" ")}`;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}

/** The node that `--node` names, if any. @throws EarshotError `bad_usage` when it is no name */
export function readNodeFlag(value: unknown): string | undefined {
  if (value === undefined || (typeof value === "string" && isNodeName(value))) return value;
  throw new EarshotError(
    "bad_usage",
    `--node: expected a node's name, got ${JSON.stringify(value)}`,
  );
}

function textFlag(value: unknown, name: string): object {
  return typeof value === "string" ? { [name]: value } : {};
}

function numberFlag(value: unknown, name: string): object {
  if (typeof value !== "string") return {};
  // An empty text would be 0.
  return { [name]: value.trim() === "" ? Number.NaN : Number(value) };
}

function filterFlags(value: unknown): object {
  if (!Array.isArray(value)) return {};
  const filters = value.map((text: unknown) => {
    const [, column, ...ends] = /^(\w+)=([^:]+):([^:]+)$/u.exec(String(text)) ?? [];
    const [lowest = Number.NaN, highest = Number.NaN] = ends.map(Number);
    // Also false where one of them is no number.
    const isRange = lowest <= highest;
    if (column === undefined || !isRange) {
      throw new EarshotError(
        "bad_usage",
        `--filter: expected COLUMN=MIN:MAX, two numbers, the lower one first, got ${show(text)}`,
      );
    }
    return [column, [lowest, highest]] as const;
  });
  return { filters: Object.fromEntries(filters) };
}
