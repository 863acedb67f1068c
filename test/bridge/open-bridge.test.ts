import assert from "node:assert/strict";
import { test } from "node:test";
import { nothingFormer } from "../../src/bridge/former.js";
import { openBridge } from "../../src/bridge/open-bridge.js";
import { loadConfig } from "../../src/config/load.js";
import { nodeTopics } from "../../src/contract/topics.js";
import { recordLog } from "../support/logs.js";
import { startOwnBroker } from "./bridges.js";

test("the node's own broker is no upstream, by whatever name", async (t) => {
  const broker = await startOwnBroker(t);
  const port = broker.address()?.port ?? 0;
  for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"]) {
    const env = { EARSHOT_BRIDGE_URL: `mqtt://${host}:${port}` };
    const { config } = loadConfig({ env, flags: {} });
    const topics = nodeTopics({ base: "earshot", node: "test" });
    const bridge = await openBridge({
      config,
      topics,
      broker,
      former: nothingFormer,
      name: {
        topic: topics.claim.topic,
        claim: async () => ({ release: async () => {} }),
        hear() {},
      },
      onUp() {},
      log: recordLog(),
    });
    await assert.rejects(
      async () => await bridge?.start(),
      /bridge\.url: expected another broker, got mqtt:.*the one that this node carries/u,
    );
  }
});
