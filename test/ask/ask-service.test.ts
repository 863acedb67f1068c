import assert from "node:assert/strict";
import { test } from "node:test";
import { createAskService } from "../../src/ask/ask-service.js";
import { nodeTopics } from "../../src/contract/topics.js";
import { createLocalBus } from "../mic/local-bus.js";
import { silentLog } from "../mic/silent-log.js";

const topics = nodeTopics({ base: "earshot", node: "test" });

test("a retained peak asks nothing, and a microphone that is off closes the question", async (t) => {
  const bus = createLocalBus();
  const service = createAskService({ bus, topics, log: silentLog, windowMs: 30_000 });
  t.after(() => service.stop());
  await service.start();
  const told = (): readonly string[] => bus.said.all.map(({ text }) => text);
  await bus.deliver(topics.micPeak.topic, "{}", { retain: true });
  assert.deepEqual(told(), ["idle"]);
  for (const [topic, text] of [
    [topics.micEnabled.topic, "OFF"],
    [topics.micState.topic, "paused"],
    [topics.micState.topic, "unavailable"],
  ] as const) {
    await bus.deliver(topics.micPeak.topic, "{}");
    assert.equal(told().at(-1), "waiting");
    await bus.deliver(topic, text);
    assert.equal(told().at(-1), "idle");
  }
});
