import { anyNode } from "../contract/names.js";
import { EarshotError } from "../errors.js";
import { askNode } from "./ask-node.js";
import { printReply } from "./ask-reply.js";
import { buildRequest, readNodeFlag } from "./ask-request.js";
import type { CommandCall } from "./command.js";
import { findOnNetwork } from "./find-on-network.js";
import { openNodeLine } from "./node-line.js";
import { printableJson } from "./printable.js";

/**
 * One question, one answer on the terminal.
 *
 * @returns the exit code: 0 answered, 1 the song was not found
 * @throws EarshotError `bad_usage` without a title or with a wrong flag, `broker_unavailable`,
 *   `timeout` when nobody answers
 */
export async function askOnce({
  positionals,
  flags,
  loaded,
  terminal,
}: CommandCall): Promise<number> {
  const title = positionals.join(" ").trim();
  if (title === "" && flags["id"] === undefined) {
    throw new EarshotError("bad_usage", 'a title is needed: earshot ask "Bohemian Rhapsody"');
  }
  const request = buildRequest(title, flags);
  const node = readNodeFlag(flags["node"]) ?? anyNode;
  const line = await openNodeLine(loaded, findOnNetwork);
  try {
    const reply = await askNode(line, { node, request, stop: line.lost });
    if (flags["json"] === true) terminal.write(`${printableJson(reply)}\n`);
    else printReply(reply, terminal);
    return reply.status === "ok" ? 0 : 1;
  } finally {
    await line.end();
  }
}
