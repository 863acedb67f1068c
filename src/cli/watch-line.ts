import { styleText } from "node:util";
import { printable } from "./printable.js";

/** One message, as it came. */
export interface WatchEvent {
  readonly time: Date;
  readonly topic: string;
  readonly text: string;
}

type Style = "green" | "red" | "yellow" | "cyan" | "magenta" | "dim";

/** How a line is written. */
export interface LineOptions {
  /** The base topic; the level after it is the node's name, whatever that name is. */
  readonly base: string;
  readonly isColoured: boolean;
}

/**
 * One coloured line: time, node, what it is, and the payload in as few words as will do.
 *
 * Anybody may publish anything, so the line as a whole is made fit for a terminal.
 */
export function formatEvent(event: WatchEvent, { base, isColoured }: LineOptions): string {
  const [node = "?", ...rest] = event.topic.slice(base.length + 1).split("/");
  const what = rest.join("/");
  const time = event.time.toTimeString().slice(0, 8);
  const line = printable(
    `${time}  ${node.padEnd(12)}  ${what.padEnd(28)}  ${describe(what, event.text)}`,
  );
  return isColoured ? styleText(styleOf(what, event.text), line) : line;
}

/** A payload shown as it is, and one value of it, are cut at so many characters. */
const maxTextLength = 120;

function styleOf(what: string, text: string): Style {
  if (what === "status") return text === "online" ? "green" : "red";
  if (what === "mic/peak") return "yellow";
  if (what.startsWith("recommend/request/")) return "cyan";
  if (what.startsWith("recommend/reply/"))
    return text.includes('"status":"ok"') ? "magenta" : "red";
  return "dim";
}

function describe(what: string, text: string): string {
  const value = parseObject(text);
  if (value === undefined) return text.slice(0, maxTextLength);
  const field = (name: string): string => show(value[name]);
  if (what === "mic/peak") {
    return `${field("level_db")} dBFS, peak ${field("peak_db")}, ${field("duration_ms")} ms`;
  }
  if (what === "info") return `${field("name")} ${field("version")}`;
  if (what === "catalogue") return `${field("name")}, ${field("songs")} songs`;
  if (what.startsWith("recommend/request/")) return show(value["title"] ?? value["song_id"]);
  if (what.startsWith("recommend/reply/")) return describeReply(value);
  return text.slice(0, maxTextLength);
}

function describeReply(value: Readonly<Record<string, unknown>>): string {
  const error = asObject(value["error"]);
  if (error !== undefined) return `${show(error["code"])}: ${show(error["message"])}`;
  const match = asObject(value["match"]);
  const results = Array.isArray(value["results"]) ? value["results"] : [];
  const first = asObject(results[0]);
  const best = first === undefined ? "" : `, first ${nameOf(first)}`;
  return `${nameOf(match ?? {})} → ${results.length} songs${best}`;
}

function nameOf(song: Readonly<Record<string, unknown>>): string {
  return `${show(song["title"])} by ${show(song["artist"])}`;
}

/** `String()` would call a stranger's `toString`, which need not be a function. */
function show(value: unknown): string {
  if (value === undefined) return "?";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.slice(0, maxTextLength);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}
