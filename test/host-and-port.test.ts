import assert from "node:assert/strict";
import { test } from "node:test";
import { hostAndPort } from "../src/host-and-port.js";

test("an IPv6 address stands in brackets, so that the text can be part of a URL", () => {
  assert.equal(hostAndPort({ host: "127.0.0.1", port: 1883 }), "127.0.0.1:1883");
  assert.equal(hostAndPort({ host: "localhost", port: 1883 }), "localhost:1883");
  const { hostname, port } = new URL(`mqtt://${hostAndPort({ host: "::1", port: 28890 })}`);
  assert.deepEqual([hostname, port], ["[::1]", "28890"]);
});
