import { once } from "node:events";
import { watchFilters } from "../contract/topics.js";
import { messageOf } from "../errors.js";
import type { Command } from "./command.js";
import { findOnNetwork } from "./find-on-network.js";
import { printable, printableJson } from "./printable.js";
import { brokerGone, connectToNode } from "./remote.js";
import { isStopSignal } from "./stop-signal.js";
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
    const lost = new AbortController();
    const show = (topic: string, payload: Uint8Array): void => {
      const text = new TextDecoder().decode(payload.subarray(0, maxShownBytes));
      const event = { time: new Date(), topic, text };
      const { isColoured } = terminal;
      const line =
        flags["json"] === true
          ? printableJson({ time: event.time.toISOString(), topic, payload: text })
          : formatEvent(event, { base: remote.base, isColoured });
      terminal.write(`${line}\n`);
    };
    const remote = await connectToNode(
      loaded,
      {
        // One message that cannot be shown must not be the last one.
        onMessage: ({ topic, payload }) => {
          try {
            show(topic, payload);
          } catch (error) {
            terminal.writeError(printable(`earshot watch: ${topic}: ${messageOf(error)}`));
          }
        },
        onClose: () => {
          lost.abort(brokerGone(remote));
        },
      },
      findOnNetwork,
    );
    for (const filter of watchFilters(remote.base)) await remote.connection.subscribe(filter);
    terminal.writeError(`watching ${remote.base}/# at ${remote.where} (Ctrl-C ends)`);
    const stop = AbortSignal.any([signal, lost.signal]);
    if (!stop.aborted) await once(stop, "abort");
    await remote.connection.end();
    if (!isStopSignal(stop.reason)) throw stop.reason;
    return 0;
  },
};

const maxShownBytes = 64 * 1024;
