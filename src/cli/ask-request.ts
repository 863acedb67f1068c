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
    throw new EarshotError("bad_usage", messageOf(cause), { cause });
  }
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
  return typeof value === "string" ? { [name]: Number(value) } : {};
}

function filterFlags(value: unknown): object {
  if (!Array.isArray(value)) return {};
  const filters = value.map((text: unknown) => {
    const [, column, lowest, highest] = /^(\w+)=([^:]+):([^:]+)$/u.exec(String(text)) ?? [];
    if (column === undefined) {
      throw new EarshotError("bad_usage", `--filter: expected COLUMN=MIN:MAX, got ${String(text)}`);
    }
    return [column, [Number(lowest), Number(highest)]] as const;
  });
  return { filters: Object.fromEntries(filters) };
}
