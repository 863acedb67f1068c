import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createConnector } from "../../src/bus/negotiate.js";
import { createSideLine } from "../../src/bus/side-line.js";
import { createClearing } from "../../src/presence/clearing.js";
import { claimName } from "../../src/presence/name-claim.js";
import { startOwnBroker } from "../bridge/bridges.js";
import { connectTestClient } from "../support/mqtt-client.js";

const attic = { base: "earshot", node: "attic" };
const topic = "earshot/attic/status";

/** A broker on which a former name has left its status. */
async function startGhostlyBroker(t: TestContext) {
  const port = (await startOwnBroker(t)).address()?.port ?? 0;
  const client = await connectTestClient(t, port);
  await client.publish(topic, "online", { retain: true });
  const route = { kind: "url", url: `mqtt://127.0.0.1:${port}` } as const;
  const line = createSideLine(createConnector("5"), route);
  return {
    line,
    async live() {
      const claim = await claimName(line.open, attic, "another live node");
      t.after(() => claim.release());
    },
    async hasStatus() {
      const late = await connectTestClient(t, port);
      await late.subscribe(topic);
      await late.subscribe("end");
      await late.publish("end", "end");
      await late.next(({ text }) => text === "end");
      return late.seen.some(({ text }) => text === "online");
    },
  };
}

for (const [livesOn, own, upstream] of [
  ["neither broker", false, false],
  ["the upstream broker", false, true],
  ["the node's own broker", true, true],
] as const) {
  test(`a former name that a live node has on ${livesOn}: what is left of it`, async (t) => {
    const [here, there] = [await startGhostlyBroker(t), await startGhostlyBroker(t)];
    if (livesOn === "the upstream broker") await there.live();
    if (livesOn === "the node's own broker") await here.live();
    const isCleared = await createClearing(here.line, there.line)([topic], attic);
    assert.deepEqual(
      [await here.hasStatus(), await there.hasStatus(), isCleared],
      [own, upstream, !own],
    );
  });
}
