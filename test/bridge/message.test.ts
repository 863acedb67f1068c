import assert from "node:assert/strict";
import { test } from "node:test";
import { propertiesAt } from "../../src/bridge/message.js";

test("what waits grows older, and what has expired is not sent [MQTT-3.3.2-5, MQTT-3.3.2-6]", () => {
  const properties = { contentType: "text/plain", messageExpiryInterval: 60 };
  const message = {
    topic: "a",
    payload: Buffer.of(),
    qos: 1,
    retain: false,
    receivedMs: 1000,
  } as const;
  assert.deepEqual(propertiesAt({ ...message, properties }, 21_500), {
    ...properties,
    messageExpiryInterval: 40,
  });
  assert.equal(propertiesAt({ ...message, properties }, 61_000), undefined);
  assert.deepEqual(propertiesAt({ ...message, properties: {} }, 1e9), {});
});
