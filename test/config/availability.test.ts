import assert from "node:assert/strict";
import { test } from "node:test";
import { checkAvailability } from "../../src/config/availability.js";
import { loadConfig } from "../../src/config/load.js";
import { EarshotError } from "../../src/errors.js";

function check(flags: Readonly<Record<string, string>>, { hasUsers }: { hasUsers: boolean }): void {
  checkAvailability(loadConfig({ env: {}, flags, configFile: "/dev/null" }).config, hasUsers);
}

test("other machines are served with users, or after a long and plain word", () => {
  const places = [
    { "broker.host": "0.0.0.0" },
    { "broker.host": "::" },
    { "broker.host": "192.168.1.10" },
    { "broker.host": "home.example" },
    { "broker.ws.port": "9001", "broker.ws.host": "0.0.0.0" },
    {
      "broker.tls.port": "8883",
      "broker.tls.cert": "/c.crt",
      "broker.tls.key": "/c.key",
      "broker.tls.host": "0.0.0.0",
    },
  ];
  for (const place of places) {
    assert.throws(
      () => {
        check(place, { hasUsers: false });
      },
      (error) =>
        error instanceof EarshotError &&
        error.code === "bad_config" &&
        error.message.includes("allowAnonymousFromTheWholeNetwork") &&
        error.message.includes("earshot user add"),
    );
    check(place, { hasUsers: true });
    check({ ...place, "broker.allowAnonymousFromTheWholeNetwork": "true" }, { hasUsers: false });
    check({ ...place, "broker.mode": "external" }, { hasUsers: false });
  }
  for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
    check({ "broker.host": host }, { hasUsers: false });
});

test("what TLS needs is named by its key", () => {
  const cases: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ "broker.tls.port": "8883" }, /^broker\.tls\.cert: /u],
    [{ "broker.tls.clientCa": "/ca.crt" }, /^broker\.tls\.cert: /u],
    [{ "broker.tls.port": "8883", "broker.tls.cert": "/c" }, /^broker\.tls\.key: /u],
    [{ "broker.tls.cert": "/c", "broker.tls.key": "/k" }, /^broker\.tls\.port: /u],
    [{ "broker.ws.tls": "true", "broker.ws.port": "9001" }, /^broker\.tls\.cert: /u],
    [
      { "broker.ws.tls": "true", "broker.tls.cert": "/c", "broker.tls.key": "/k" },
      /^broker\.ws\.port: /u,
    ],
  ];
  for (const [flags, expected] of cases) {
    assert.throws(
      () => {
        check(flags, { hasUsers: true });
      },
      { message: expected },
    );
  }
});
