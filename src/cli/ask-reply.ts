import type { RecommendReply } from "../contract/reply.js";
import type { Terminal } from "./command.js";
import { printable } from "./printable.js";
import { formatReply, formatSuggestions } from "./reply-table.js";

/** Prints a reply for a person: the table, or what is wrong and what may have been meant. */
export function printReply(reply: RecommendReply, terminal: Terminal): void {
  if (reply.status === "ok") {
    terminal.write(formatReply(reply, terminal));
    return;
  }
  const { code, message, suggestions = [] } = reply.error;
  const isUnknown = code === "not_found" && suggestions.length === 0;
  terminal.writeError(`earshot ask: ${printable(message)}${isUnknown ? unknownHint : ""}`);
  terminal.write(formatSuggestions(reply, terminal));
}

const unknownHint =
  '; check the spelling, try "Artist - Title", or bring more songs: earshot import FILE';
