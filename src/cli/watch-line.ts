import { styleText } from "node:util";
import type { Terminal } from "./command.js";
import { printable } from "./printable.js";

/** One message, as it came. */
export interface WatchEvent {
  readonly time: Date;
  readonly topic: string;
  readonly text: string;
}

type Style = "green" | "red" | "yellow" | "cyan" | "magenta" | "dim";

/** One coloured line: time, node, what it is, and the payload in as few words as will do. */
export function formatEvent(event: WatchEvent, terminal: Terminal): string {
  const levels = event.topic.split("/");
  const at = levels.findIndex((level) => sections.has(level));
  const node = levels[at - 1] ?? "?";
  const what = levels.slice(at).join("/");
  const time = event.time.toTimeString().slice(0, 8);
  const line = `${time}  ${printable(node).padEnd(12)}  ${printable(what).padEnd(28)}  ${describe(what, event.text)}`;
  return terminal.isColoured ? styleText(styleOf(what, event.text), line) : line;
}

const sections = new Set(["status", "info", "catalogue", "mic", "ask", "recommend"]);

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
  if (value === undefined) return printable(text.slice(0, 120));
  if (what === "mic/peak") {
    return `${String(value["level_db"])} dBFS, peak ${String(value["peak_db"])}, ${String(value["duration_ms"])} ms`;
  }
  if (what === "info") return `${String(value["name"])} ${String(value["version"])}`;
  if (what === "catalogue")
    return `${printable(String(value["name"]))}, ${String(value["songs"])} songs`;
  if (what.startsWith("recommend/request/"))
    return printable(String(value["title"] ?? value["song_id"]));
  if (what.startsWith("recommend/reply/")) return describeReply(value);
  return printable(text.slice(0, 120));
}

function describeReply(value: Readonly<Record<string, unknown>>): string {
  const error = asObject(value["error"]);
  if (error !== undefined) {
    return printable(`${String(error["code"])}: ${String(error["message"])}`.slice(0, 160));
  }
  const match = asObject(value["match"]);
  const results = Array.isArray(value["results"]) ? value["results"] : [];
  const first = asObject(results[0]);
  const best = first === undefined ? "" : `, first ${nameOf(first)}`;
  return `${nameOf(match ?? {})} → ${results.length} songs${best}`;
}

function nameOf(song: Readonly<Record<string, unknown>>): string {
  return printable(`${String(song["title"])} by ${String(song["artist"])}`);
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
