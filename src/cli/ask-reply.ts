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
  terminal.writeError(`earshot ask: ${printable(reply.error.message)}`);
  terminal.write(formatSuggestions(reply));
}
