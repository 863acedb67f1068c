import { isNodeName } from "../contract/names.js";
import type { Health } from "../contract/state.js";
import { nodeTopics } from "../contract/topics.js";
import { createDeferred } from "../deferred.js";
import { EarshotError } from "../errors.js";
import { withDeadline } from "../lifecycle.js";
import type { Command, CommandCall } from "./command.js";
import { openNodeLine } from "./node-line.js";

const answerTimeoutMs = 5000;
/** `health` comes every 60 s; a node that missed three of them is not alive. */
const staleAfterS = 200;

/** `earshot healthcheck`: exit code 0 when the node is up, for containers and supervisors. */
export const healthcheckCommand: Command = {
  help: `Usage: earshot healthcheck [--node NAME]

Connects to the broker like any other client and checks that the node says it is online and that
its last sign of life is not stale. Made for containers and supervisors.

  --node NAME   the node to check (default: the one of this machine)

Exit codes: 0 up, 1 not.`,
  flags: { node: { type: "string" } },
  async run(call) {
    const name = call.flags["node"];
    if (name !== undefined && (typeof name !== "string" || !isNodeName(name))) {
      throw new EarshotError(
        "bad_usage",
        `--node: expected a node's name, got ${JSON.stringify(name)}`,
      );
    }
    call.terminal.write(`${await checkNode(call, name)}\n`);
    return 0;
  },
};

async function checkNode({ loaded }: CommandCall, wanted: string | undefined): Promise<string> {
  const line = await openNodeLine(loaded);
  const node = wanted ?? line.node;
  const topics = nodeTopics({ base: line.base, node });
  const who = `node ${node} at ${line.where}`;
  const status = createDeferred<"online" | "offline">();
  const health = createDeferred<Health>();
  try {
    await line.listen(topics.status, status.resolve);
    await line.listen(topics.health, health.resolve);
    const what = `waiting for word of ${who}`;
    if ((await withDeadline(status.promise, answerTimeoutMs, what)) === "offline") {
      throw new EarshotError("broker_unavailable", `${who} is offline`);
    }
    checkSignOfLife(await withDeadline(health.promise, answerTimeoutMs, what), who);
    return `${who} is online`;
  } finally {
    await line.end();
  }
}

/**
 * Compares with the time that the node wrote beside its figures: a Pi has no clock of its own, so
 * the time of its start may be from before the clock was set.
 */
function checkSignOfLife({ time_s }: Health, who: string): void {
  if (time_s === undefined) {
    throw new EarshotError("timeout", `${who} does not say in health when it was alive (time_s)`);
  }
  const silentS = Math.round(Date.now() / 1000 - time_s);
  if (silentS > staleAfterS) {
    throw new EarshotError("timeout", `${who} has given no sign of life for ${silentS} s`);
  }
}
