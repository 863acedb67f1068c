import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeTopics } from "../../src/contract/topics.js";
import { deviceId, discoveryTopic, entityId } from "../../src/home-assistant/device.js";
import {
  type DescribedNode,
  describeNode,
  withRemoved,
} from "../../src/home-assistant/discovery-payload.js";
import { devicePayload, discoveryTopicPattern } from "./documented-rules.js";

const address = { base: "earshot", node: "kitchen" };
const whole: DescribedNode = {
  address,
  version: "1.2.3",
  micMode: "adaptive",
  hasRecommender: true,
  configurationUrl: "https://example.org/kitchen",
};

/** What Home Assistant would read: JSON, checked by its documented rules. */
function readAs(node: DescribedNode) {
  return devicePayload.parse(JSON.parse(JSON.stringify(describeNode(node))));
}

test("every combination of roles and modes keeps the rules of Home Assistant's documentation", () => {
  for (const micMode of ["adaptive", "fixed", "classic", undefined] as const) {
    for (const hasRecommender of [true, false]) {
      const { components, device } = readAs({ ...whole, micMode, hasRecommender });
      assert.equal("peak" in components, micMode !== undefined);
      assert.equal("threshold" in components, micMode === "adaptive" || micMode === "fixed");
      assert.equal("title" in components, hasRecommender);
      assert.deepEqual(device.identifiers, ["earshot_kitchen"]);
    }
  }
});

test("the device has the entities that the documentation of Earshot promises", () => {
  const { components } = readAs(whole);
  const platforms = Object.entries(components).map(([key, { platform }]) => `${platform} ${key}`);
  assert.deepEqual(platforms, [
    "event peak",
    "sensor level",
    "switch microphone",
    "number threshold",
    "binary_sensor question",
    "binary_sensor microphone_problem",
    "sensor noise_floor",
    "sensor peaks",
    "text title",
    "sensor recommendation",
    "event reply",
    "button again",
    "sensor catalogue_size",
    "sensor query_latency",
    "sensor query_latency_p99",
    "sensor queries",
    "sensor query_errors",
    "sensor started",
    "sensor memory",
  ]);
});

test("every id is used once, and every topic is one that the node has", () => {
  const { components } = readAs(whole);
  const all = Object.values(components);
  for (const name of ["unique_id", "default_entity_id"]) {
    const ids = all.map((component) => Reflect.get(component, name));
    assert.equal(new Set(ids).size, ids.length, name);
  }
  const known = new Set(
    Object.values(nodeTopics(address)).flatMap((channel) =>
      "topic" in channel ? [channel.topic] : [],
    ),
  );
  known.add("earshot/kitchen/recommend/request/homeassistant");
  known.add("earshot/kitchen/recommend/reply/homeassistant");
  for (const component of all) {
    for (const [option, value] of Object.entries(component)) {
      if (!option.endsWith("_topic")) continue;
      assert.ok(typeof value === "string" && known.has(value), JSON.stringify([option, value]));
    }
  }
});

test("an entity that goes is left with its platform alone, before all others", () => {
  const payload = withRemoved(describeNode({ ...whole, micMode: undefined }), { peak: "event" });
  const { components } = devicePayload.parse(JSON.parse(JSON.stringify(payload)));
  assert.deepEqual(Object.entries(components)[0], ["peak", { platform: "event" }]);
  assert.ok(components["title"] !== undefined);
});

test("nodes of one name under two bases are two devices, with ids that Home Assistant accepts", () => {
  const other = { base: "house/Ears", node: "kitchen" };
  assert.notEqual(deviceId(other), deviceId(address));
  for (const one of [address, other, { base: "earshot", node: "-a__b-" }]) {
    assert.match(discoveryTopic("homeassistant", one), discoveryTopicPattern);
  }
  assert.equal(
    entityId({ platform: "sensor", node: "-a__b-", key: "level" }),
    "sensor.earshot_a_b_level",
  );
});

test("the message is small enough for any broker", () => {
  const longest = { base: "a".repeat(64), node: "n".repeat(32) };
  const bytes = Buffer.byteLength(JSON.stringify(describeNode({ ...whole, address: longest })));
  assert.ok(bytes < 16_384, `${bytes} bytes`);
});

test("the rules refuse what Home Assistant refuses", () => {
  const good = JSON.parse(JSON.stringify(describeNode(whole)));
  const { level, title, threshold } = good.components;
  const withComponent = (key: string, component: object) => ({
    ...good,
    components: { [key]: component },
  });
  const bad: Readonly<Record<string, object>> = {
    "an option of the root": { ...good, retain: true },
    "an option of the device": { ...good, device: { ...good.device, url: "https://a.example" } },
    "an option of the origin": { ...good, origin: { ...good.origin, url: "https://a.example" } },
    "no origin": { ...good, origin: undefined },
    "a space in a key": withComponent("the level", level),
    object_id: withComponent("level", { ...level, object_id: "level" }),
    "another platform's entity id": withComponent("level", {
      ...level,
      default_entity_id: "number.earshot_kitchen_level",
    }),
    "no unique id": withComponent("level", { ...level, unique_id: undefined }),
    "a wildcard": withComponent("level", { ...level, state_topic: "earshot/+/mic/level" }),
    "a control character": withComponent("level", { ...level, state_topic: "earshot/\u0007" }),
    "a unit that is none of its class": withComponent("level", {
      ...level,
      device_class: "sound_pressure",
    }),
    "a text that is too long": withComponent("title", { ...title, max: 256 }),
    "a number without a range": withComponent("threshold", { ...threshold, max: 3, min: 3 }),
  };
  assert.ok(devicePayload.safeParse(good).success);
  for (const [what, payload] of Object.entries(bad)) {
    assert.equal(devicePayload.safeParse(payload).success, false, what);
  }
});
