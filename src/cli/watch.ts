import { once } from "node:events";
import { watchFilters } from "../contract/topics.js";
import { EarshotError } from "../errors.js";
import type { Command } from "./command.js";
import { connectToNode } from "./remote.js";
import { formatEvent } from "./watch-line.js";

/** `earshot watch`: one line for each event of every node on the broker. */
export const watchCommand: Command = {
  help: `Usage: earshot watch [--json]

Shows peaks, questions, answers and changes of state of every node on the broker as they happen,
until Ctrl-C.

  --json   one JSON object a line: time, topic, payload`,
  flags: { json: { type: "boolean" } },
  runsUntilStopped: true,
  async run({ loaded, flags, terminal, signal }) {
    const ended = new AbortController();
    const remote = await connectToNode(loaded.config, {
      onMessage: ({ topic, payload }) => {
        const text = new TextDecoder().decode(payload.subarray(0, maxShownBytes));
        const event = { time: new Date(), topic, text };
        terminal.write(
          flags["json"] === true
            ? `${JSON.stringify({ time: event.time.toISOString(), topic, payload: text })}\n`
            : `${formatEvent(event, terminal)}\n`,
        );
      },
      onClose: () => {
        ended.abort();
      },
    });
    for (const filter of watchFilters(remote.base)) await remote.connection.subscribe(filter);
    terminal.writeError(`watching ${remote.base}/# at ${remote.where} (Ctrl-C ends)`);
    const either = AbortSignal.any([signal, ended.signal]);
    if (!either.aborted) await once(either, "abort");
    if (!signal.aborted) {
      throw new EarshotError("broker_unavailable", `the broker at ${remote.where} has gone`);
    }
    await remote.connection.end();
    return 0;
  },
};

const maxShownBytes = 64 * 1024;
