import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { connectToBroker } from "../../src/bus/connect.js";
import { createExternalRoute } from "../../src/bus/external-route.js";
import type { Config } from "../../src/config/schema.js";
import { EarshotError } from "../../src/errors.js";
import { makeAuthority } from "../broker/listeners/certificates.js";
import { needMosquitto, run, startMosquitto } from "../support/mosquitto.js";
import { makeTempFolder } from "../support/temp-folder.js";

function settings(own: Partial<Config["mqtt"]> = {}): Config["mqtt"] {
  return {
    baseTopic: "earshot",
    url: "mqtts://127.0.0.1:8883",
    username: "",
    password: "",
    version: "auto",
    tls: { ca: "", cert: "", key: "" },
    ...own,
  };
}

test("an external broker with its own authority, users and client certificates is reached, and each refusal says what to set", async (t) => {
  if (!needMosquitto(t, "mosquitto_passwd")) return;
  const folder = await makeTempFolder(t);
  const authority = await makeAuthority(folder);
  const server = await authority.issue("broker", "subjectAltName=IP:127.0.0.1");
  const client = await authority.issue("node");
  const passwords = join(folder, "passwords");
  await run("mosquitto_passwd", ["-b", "-c", passwords, "kitchen", "correct horse"]);
  // Mosquitto gives up root for a user of its own.
  for (const path of [folder, passwords, authority.ca, server.cert, server.key]) {
    await chmod(path, 0o755);
  }
  const port = await startMosquitto(
    t,
    `password_file ${passwords}\nallow_anonymous false\nrequire_certificate true\n` +
      `cafile ${authority.ca}\ncertfile ${server.cert}\nkeyfile ${server.key}\n`,
  );
  const connect = async (own: Partial<Config["mqtt"]>, host = "127.0.0.1") => {
    const route = await createExternalRoute(settings({ url: `mqtts://${host}:${port}`, ...own }));
    const connection = await connectToBroker({
      route,
      clientId: "test",
      version: 5,
      timeoutMs: 5000,
      onMessage: () => {},
      onClose: () => {},
    });
    await connection.publish("a/b", "x", { qos: 1, retain: false });
    await connection.end();
  };
  const tls = { ca: authority.ca, ...client };
  const user = { username: "kitchen", password: "correct horse" };
  await connect({ ...user, tls });
  await assert.rejects(connect({ ...user, tls: { ...tls, ca: "" } }), /mqtt\.tls\.ca/u);
  await assert.rejects(connect({ ...user, password: "wrong", tls }), /mqtt\.password/u);
  await assert.rejects(connect({ ...user, tls }, "localhost"), /stands in the certificate/u);
});

test("half a pair and a file that is no certificate stop the start", async (t) => {
  const folder = await makeTempFolder(t);
  const nonsense = join(folder, "nonsense.pem");
  await writeFile(nonsense, "nonsense");
  const none = { ca: "", cert: "", key: "" };
  const cases = [
    [{ password: "x" }, /^mqtt\.username/u],
    [{ tls: { ...none, cert: nonsense } }, /^mqtt\.tls: expected both cert and key/u],
    [{ tls: { ...none, cert: nonsense, key: nonsense } }, /^mqtt\.tls: the files cannot be used/u],
    [{ tls: { ...none, ca: join(folder, "missing") } }, /^mqtt\.tls\.ca: cannot read/u],
  ] as const;
  for (const [own, expected] of cases) {
    await assert.rejects(createExternalRoute(settings(own)), (error) => {
      assert.ok(error instanceof EarshotError);
      assert.equal(error.code, "bad_config");
      assert.match(error.message, expected);
      return true;
    });
  }
});
