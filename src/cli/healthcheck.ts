import { isNodeName } from "../contract/names.js";
import { nodeTopics } from "../contract/topics.js";
import { EarshotError } from "../errors.js";
import { withDeadline } from "../lifecycle.js";
import type { Command, CommandCall } from "./command.js";
import { connectToNode } from "./remote.js";

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
  const seen = new Map<string, Uint8Array>();
  let notify = (): void => {};
  const remote = await connectToNode(loaded.config, {
    onMessage: ({ topic, payload }) => {
      seen.set(topic, payload);
      notify();
    },
  });
  const node = wanted ?? remote.node;
  const { status, info, health } = nodeTopics({ base: remote.base, node });
  const wantedTopics = [status.topic, info.topic, health.topic];
  const complete = new Promise<void>((resolve) => {
    notify = () => {
      if (wantedTopics.every((topic) => seen.has(topic))) resolve();
    };
  });
  try {
    for (const topic of wantedTopics) await remote.connection.subscribe(topic);
    await withDeadline(complete, answerTimeoutMs, `waiting for word of ${node} at ${remote.where}`);
  } finally {
    await remote.connection.end();
  }
  const read = (topic: string): Uint8Array => seen.get(topic) ?? new Uint8Array();
  if (status.codec.decode(read(status.topic)) === "offline") {
    throw new EarshotError("broker_unavailable", `node ${node} at ${remote.where} is offline`);
  }
  const startedMs = Date.parse(info.codec.decode(read(info.topic)).started_at);
  const uptimeS = health.codec.decode(read(health.topic))["uptime_s"] ?? 0;
  const silentS = Math.round((Date.now() - startedMs) / 1000 - uptimeS);
  if (silentS > staleAfterS) {
    throw new EarshotError("timeout", `node ${node} has given no sign of life for ${silentS} s`);
  }
  return `node ${node} at ${remote.where} is online`;
}
