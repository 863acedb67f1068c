import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { describeConfig } from "../../src/config/describe.js";
import { loadConfig } from "../../src/config/load.js";
import { configLeaves } from "../../src/config/schema.js";
import { EarshotError } from "../../src/errors.js";
import { makeTempFolder } from "../support/temp-folder.js";

async function writeConfig(t: TestContext, text: string): Promise<string> {
  const file = join(await makeTempFolder(t), "earshot.yaml");
  await writeFile(file, text);
  return file;
}

function assertRefused(run: () => unknown, ...words: readonly string[]): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof EarshotError);
    assert.equal(error.code, "bad_config");
    for (const word of words)
      assert.ok(error.message.includes(word), `${word} in: ${error.message}`);
    return true;
  });
}

test("without any input every key has its default", async (t) => {
  const configFile = await writeConfig(t, "");
  const { config, sources } = loadConfig({ env: {}, flags: {}, configFile });
  assert.equal(config.broker.port, 1883);
  assert.equal(config.broker.host, "127.0.0.1");
  assert.equal(config.mqtt.baseTopic, "earshot");
  assert.equal(config.mic.riseDb, 12);
  assert.equal(config.mic.thresholdDb, -36);
  assert.equal(config.recommender.rateLimit, 200);
  assert.match(config.node.id, /^[a-z0-9_-]{1,32}$/u);
  assert.equal(sources.get("broker.port"), "default");
});

test("a flag wins over the environment, and the environment over the file", async (t) => {
  const configFile = await writeConfig(
    t,
    "broker:\n  port: 1001\n  host: 127.0.0.2\nnode:\n  id: a\n",
  );
  const { config, sources } = loadConfig({
    env: { EARSHOT_BROKER_PORT: "1002", EARSHOT_BROKER_HOST: "127.0.0.3" },
    flags: { "broker.port": "1003" },
    configFile,
  });
  assert.equal(config.broker.port, 1003);
  assert.equal(config.broker.host, "127.0.0.3");
  assert.equal(config.node.id, "a");
  assert.equal(sources.get("broker.port"), "--broker.port");
  assert.equal(sources.get("broker.host"), "EARSHOT_BROKER_HOST");
  assert.equal(sources.get("node.id"), configFile);
});

test("EARSHOT_CONFIG names the file, and --config wins over it", async (t) => {
  const first = await writeConfig(t, "node:\n  id: first\n");
  const second = await writeConfig(t, "node:\n  id: second\n");
  assert.equal(loadConfig({ env: { EARSHOT_CONFIG: first }, flags: {} }).config.node.id, "first");
  const both = loadConfig({ env: { EARSHOT_CONFIG: first }, flags: {}, configFile: second });
  assert.equal(both.config.node.id, "second");
  assert.doesNotThrow(() => loadConfig({ env: { EARSHOT_CONFIG: "" }, flags: {} }));
});

test("a secret can come from a file, and is never shown", async (t) => {
  const configFile = await writeConfig(t, "");
  const secretFile = join(await makeTempFolder(t), "password");
  await writeFile(secretFile, "correct horse\n");
  const loaded = loadConfig({
    env: { EARSHOT_MQTT_PASSWORD_FILE: secretFile },
    flags: {},
    configFile,
  });
  assert.equal(loaded.config.mqtt.password, "correct horse");
  const shown = describeConfig(loaded).find(({ key }) => key === "mqtt.password");
  assert.equal(shown?.value, "***");
  assert.equal(shown?.source, "EARSHOT_MQTT_PASSWORD_FILE");
  assert.ok(!JSON.stringify(describeConfig(loaded)).includes("correct horse"));
});

test("a secret of a wrong type is hidden in the error as well", async (t) => {
  const configFile = await writeConfig(t, "mqtt:\n  password: [hunter2]\n");
  assert.throws(
    () => loadConfig({ env: {}, flags: {}, configFile }),
    (error) => error instanceof EarshotError && !error.message.includes("hunter2"),
  );
});

test("a URL holds no user and no password, and a refused one is not shown", async (t) => {
  const empty = await writeConfig(t, "");
  for (const url of ["mqtt://anna:hunter2@pi", "mqtt:/anna:hunter2@pi", "mqtt://anna@pi:1883"]) {
    assert.throws(
      () => loadConfig({ env: { EARSHOT_MQTT_URL: url }, flags: {}, configFile: empty }),
      (error) =>
        error instanceof EarshotError &&
        /expected mqtt:.* mqtt\.username and mqtt\.password.*, got a hidden value/u.test(
          error.message,
        ) &&
        !error.message.includes("anna"),
    );
  }
  const broken = await writeConfig(t, 'mqtt:\n  password: "hunter2\n');
  assert.throws(
    () => loadConfig({ env: {}, flags: {}, configFile: broken }),
    (error) =>
      error instanceof EarshotError &&
      /at line \d/u.test(error.message) &&
      !error.message.includes("hunter2"),
  );
});

test("users of the broker are hidden where there are any", async (t) => {
  const empty = await writeConfig(t, "");
  const show = (env: Record<string, string>): unknown =>
    describeConfig(loadConfig({ env, flags: {}, configFile: empty })).find(
      ({ key }) => key === "broker.users",
    )?.value;
  assert.equal(show({ EARSHOT_BROKER_USERS: '{"anna":{"role":"asker"}}' }), "***");
  assert.deepEqual(show({}), {});
});

test("a user that is wrong is refused with its place, and without its password", async (t) => {
  const empty = await writeConfig(t, "");
  const load = (users: string): unknown =>
    loadConfig({ env: { EARSHOT_BROKER_USERS: users }, flags: {}, configFile: empty });
  assertRefused(() => load('{"anna":{"role":"boss"}}'), "broker.users.anna.role", "EARSHOT_BROKER");
  assertRefused(() => load('{"a/b":{}}'), "broker.users", "1 to 64");
  assert.throws(
    () => load('{"anna":{"password":"hunter2"}}'),
    (error) => error instanceof Error && !error.message.includes("hunter2"),
  );
});

test("an unknown key is refused with where it stands and the key that was meant", async (t) => {
  const configFile = await writeConfig(t, "mic:\n  rise_db: 3\n");
  assertRefused(
    () => loadConfig({ env: {}, flags: {}, configFile }),
    "mic.rise_db",
    configFile,
    "mic.riseDb",
  );
  const empty = await writeConfig(t, "");
  assertRefused(
    () => loadConfig({ env: { EARSHOT_BROKER_PROT: "1" }, flags: {}, configFile: empty }),
    "EARSHOT_BROKER_PROT",
  );
});

test("a wrong value is refused with key, value, source and what is allowed", async (t) => {
  const empty = await writeConfig(t, "");
  const cases: readonly (readonly [Record<string, string>, ...string[]])[] = [
    [{ EARSHOT_BROKER_PORT: "18x4" }, "broker.port", "18x4", "EARSHOT_BROKER_PORT", "0 to 65535"],
    [{ EARSHOT_BROKER_PORT: "65536" }, "broker.port", "65536"],
    [{ EARSHOT_MIC_ENABLED: "maybe" }, "mic.enabled", "true or false"],
    [{ EARSHOT_MIC_MODE: "loud" }, "mic.mode", "adaptive, fixed, classic"],
    [{ EARSHOT_NODE_ID: "Küche" }, "node.id", "Küche"],
    [{ EARSHOT_NODE_ID: "any" }, "node.id"],
    [{ EARSHOT_MQTT_BASE_TOPIC: "a/#" }, "mqtt.baseTopic"],
    [{ EARSHOT_MQTT_URL: "http://x" }, "mqtt.url", "mqtt://"],
    [{ EARSHOT_RECOMMENDER_REPLY_PREFIXES: "a/+/" }, "recommender.replyPrefixes"],
    [{ EARSHOT_DATA_DIR: "relative" }, "data.dir"],
    [{ EARSHOT_MIC_DEVICE: "file:'|id'" }, "mic.device"],
  ];
  for (const [env, ...words] of cases) {
    assertRefused(() => loadConfig({ env, flags: {}, configFile: empty }), ...words);
  }
});

test("one key in two spellings is refused, in whichever order they stand", async (t) => {
  const table = "broker:\n  port: 1885\n";
  for (const text of [`broker.port: 1884\n${table}`, `${table}broker.port: 1884\n`]) {
    const configFile = await writeConfig(t, text);
    assertRefused(
      () => loadConfig({ env: {}, flags: {}, configFile }),
      `broker.port: it has two values in ${configFile}`,
    );
  }
});

test("a number that JSON has no word for is named as it is", async (t) => {
  const configFile = await writeConfig(t, "recommender:\n  limit: .nan\n");
  assertRefused(() => loadConfig({ env: {}, flags: {}, configFile }), "got NaN");
});

test("every problem is named, not only the first", async (t) => {
  const configFile = await writeConfig(
    t,
    "broker:\n  port: none\n  hosts: x\nlog:\n  level: loud\n",
  );
  assertRefused(
    () => loadConfig({ env: {}, flags: {}, configFile }),
    "broker.port",
    "broker.hosts",
    "log.level",
  );
});

test("a file that is missing, or is no YAML, is refused by name", async (t) => {
  const folder = await makeTempFolder(t);
  const missing = join(folder, "missing.yaml");
  assertRefused(() => loadConfig({ env: {}, flags: {}, configFile: missing }), missing);
  const broken = await writeConfig(t, "broker: [1,\n");
  assertRefused(() => loadConfig({ env: {}, flags: {}, configFile: broken }), broken);
  const listed = await writeConfig(t, "- a\n");
  assertRefused(() => loadConfig({ env: {}, flags: {}, configFile: listed }), listed);
});

test("a table of free names is kept whole", async (t) => {
  const configFile = await writeConfig(t, "broker:\n  users:\n    anna:\n      write: [a/#]\n");
  const { config } = loadConfig({ env: {}, flags: {}, configFile });
  assert.deepEqual(config.broker.users, { anna: { write: ["a/#"] } });
});

test("hostile keys change no prototype", async (t) => {
  const configFile = await writeConfig(t, "__proto__:\n  polluted: true\nconstructor:\n  x: 1\n");
  assertRefused(() => loadConfig({ env: {}, flags: {}, configFile }), "constructor");
  assert.equal(Reflect.get({}, "polluted"), undefined);
});

test("YAML's own types fit words: version 5, pretty true", async (t) => {
  const configFile = await writeConfig(t, "mqtt:\n  version: 5\nlog:\n  pretty: true\n");
  const { config } = loadConfig({ env: {}, flags: {}, configFile });
  assert.equal(config.mqtt.version, "5");
  assert.equal(config.log.pretty, "true");
});

test("the variable of each key is EARSHOT_ and its path in capitals", () => {
  for (const [key, leaf] of configLeaves()) {
    const path = key.replaceAll(/([a-z])([A-Z])/gu, "$1_$2").replaceAll(".", "_");
    assert.equal(leaf.env, `EARSHOT_${path.toUpperCase()}`);
  }
});

test("every key has a meaning and a default that its own format accepts", () => {
  for (const [key, leaf] of configLeaves()) {
    assert.ok(leaf.doc !== undefined && leaf.doc.length > 10, key);
    assert.ok(leaf.accepts(leaf.default), key);
  }
});

test("a list or a text where keys belong is told as that, without showing it", async (t) => {
  const configFile = await writeConfig(t, "broker: [1]\nmqtt: hunter2\n");
  const load = (): unknown => loadConfig({ env: {}, flags: {}, configFile });
  assertRefused(load, "broker: expected keys below it, such as broker.mode, got a list (from ");
  assertRefused(load, "mqtt: expected keys below it", "got a text");
  assert.throws(load, (error) => error instanceof Error && !error.message.includes("hunter2"));
});

test("a file that is no YAML or not there is told in a whole sentence", async (t) => {
  const broken = await writeConfig(t, "a: b: c\n");
  const load = (configFile: string) => (): unknown =>
    loadConfig({ env: {}, flags: {}, configFile });
  assertRefused(load(broken), "is not YAML: ", "at line 1, column 4; set that place right");
  assertRefused(
    load("/no/such.yaml"),
    "file /no/such.yaml cannot be read: there is no such file; ",
  );
});
