import { messageOf } from "../errors.js";
import { createEars } from "./ask-ears.js";
import { createListening } from "./ask-listening.js";
import { askNode } from "./ask-node.js";
import { openPrompt } from "./ask-prompt.js";
import { printReply } from "./ask-reply.js";
import { buildRequest, readNodeFlag } from "./ask-request.js";
import type { CommandCall } from "./command.js";
import { findOnNetwork } from "./find-on-network.js";
import { type NodeLine, openNodeLine } from "./node-line.js";
import { printable } from "./printable.js";
import { isStopSignal } from "./stop-signal.js";

/**
 * A sound, "What is playing?", the songs that sound nearest, and from the beginning.
 *
 * @returns the exit code 0, when the person or a signal has ended it
 * @throws EarshotError `broker_unavailable` when the broker cannot be reached or has gone,
 *   `bad_usage` for a wrong flag
 */
export async function runAskLoop(call: CommandCall): Promise<number> {
  // A wrong flag is told before anybody has to answer a question.
  buildRequest("any title", call.flags);
  const node = readNodeFlag(call.flags["node"]);
  const line = await openNodeLine(call.loaded, findOnNetwork);
  try {
    await runRounds(call, line, node ?? line.node);
    return 0;
  } finally {
    await line.end();
  }
}

async function runRounds(call: CommandCall, line: NodeLine, node: string): Promise<void> {
  const { terminal } = call;
  const ears = createEars(line, node);
  const listening = createListening(ears, terminal);
  const prompt = openPrompt(terminal, listening.wake);
  const stop = AbortSignal.any([call.signal, line.lost, prompt.closed]);
  try {
    await ears.open({ onChange: listening.draw, onPeak: listening.hear });
    terminal.write(
      `Listening with ${printable(node)} at ${line.where}. Enter asks without a sound, Ctrl-C ends.\n`,
    );
    while (!stop.aborted) {
      await listening.untilCue(stop);
      const title = await prompt.question("What is playing? ", stop);
      if (title !== "") await answer(title, { call, line, node: ears.recommender(), stop });
    }
  } finally {
    prompt.close();
  }
  if (!isStopSignal(stop.reason)) throw stop.reason;
}

interface Round {
  readonly call: CommandCall;
  readonly line: NodeLine;
  /** Who is to answer. */
  readonly node: string;
  readonly stop: AbortSignal;
}

/** One answer that does not come, or a title that is none, does not end the loop. */
async function answer(title: string, { call, line, node, stop }: Round): Promise<void> {
  const { terminal, flags } = call;
  try {
    const request = buildRequest(title, flags);
    printReply(await askNode(line, { node, request, stop }), terminal);
    terminal.write("\n");
  } catch (error) {
    if (!stop.aborted) terminal.writeError(`earshot ask: ${messageOf(error)}`);
  }
}
