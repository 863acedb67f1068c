import assert from "node:assert/strict";
import { once } from "node:events";
import { appendFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import {
  createFakeArecord,
  type FakeArecord,
  hideArecord,
  recording,
} from "../mic/fake-arecord.js";
import { atLevel, createRandom, noise, silence, toPcm } from "../mic/sounds.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { runHere } from "../support/command-here.js";
import { runHereAlone, startNodeHere } from "../support/node-here.js";
import { prepareEnv } from "../support/node-process.js";
import { makeTempFolder } from "../support/temp-folder.js";
import { keys, needScript, startInTerminal } from "./pseudo-terminal.js";

const device = "plughw:CARD=Device,DEV=0";
const listening = { EARSHOT_MIC_ENABLED: "true", EARSHOT_MIC_DEVICE: device };

/** A fake `arecord` that records a quiet room and then waits. */
async function createQuietRoom(t: TestContext): Promise<FakeArecord> {
  const fake = await createFakeArecord(t);
  await fake.put("audio.wav", recording(toPcm(atLevel(noise(3, createRandom(51)), -50))));
  await fake.become(`cat "$here/audio.wav"; exec sleep 60`);
  return fake;
}

test("on a machine where all is well every line begins with ok, and the device is named", async (t) => {
  await createQuietRoom(t);
  const { code, stdout, stderr } = await runHereAlone(t, ["doctor"], listening);
  assert.equal(code, 0, stdout + stderr);
  for (const name of ["Node.js", "configuration", "data folder", "native parts", "catalogue"]) {
    assert.match(stdout, new RegExp(`^ok  ${name} `, "mu"));
  }
  assert.match(stdout, /^ok {2}broker +127\.0\.0\.1 has a free port; no node runs here/mu);
  assert.match(stdout, /^ {6}plughw:CARD=Device,DEV=0 {2}USB PnP Sound Device, USB Audio/mu);
  assert.match(stdout, /^ok {2}microphone +plughw:CARD=Device,DEV=0 hears █+░+ -\d\d\.\d dBFS/mu);
  assert.match(stdout, /\nNothing is wrong\.\n$/u);
  assert.doesNotMatch(stdout, /\u001B/u);
});

test("doctor explains itself and takes no other flag", async (t) => {
  const help = await runHereAlone(t, ["doctor", "--help"]);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /^Usage: earshot doctor/u);
  assert.equal((await runHereAlone(t, ["doctor", "--loud"])).code, 2);
});

test("without arecord it says what to install: a fault where the node is to listen, else a warning", async (t) => {
  hideArecord(t);
  const deaf = await runHereAlone(t, ["doctor"], listening);
  assert.equal(deaf.code, 1);
  assert.match(deaf.stdout, /^!! {2}microphone .*arecord is not installed: .*alsa-utils/mu);
  const off = await runHereAlone(t, ["doctor"]);
  assert.equal(off.code, 0);
  assert.match(off.stdout, /^! {3}microphone .*arecord is not installed/mu);
});

test("doctor --json prints one object with the device, the level and the finding", async (t) => {
  const fake = await createFakeArecord(t);
  await fake.put("audio.wav", recording(toPcm(silence(3))));
  await fake.become(`cat "$here/audio.wav"; exec sleep 60`);
  const { code, stdout } = await runHereAlone(t, ["doctor", "--json"], listening);
  assert.equal(code, 1);
  const report = JSON.parse(stdout);
  assert.equal(report.ok, false);
  const last = report.checks.at(-1);
  assert.deepEqual(
    { name: last.name, state: last.state, finding: last.finding, device: last.device },
    { name: "microphone", state: "fault", finding: "silence", device },
  );
  assert.equal(last.level.levelDb, -96);
  assert.equal(report.checks.at(-2).devices[0].name, device);
});

test("a microphone that the running node holds is no fault; one that another program holds is", async (t) => {
  const fake = await createQuietRoom(t);
  const busy = `echo "arecord: main:867: audio open error: Device or resource busy" >&2; exit 1`;
  const endless = `while cat "$here/audio.wav"; do sleep 1; done`;
  await fake.become(`if [ "$run" -gt 1 ]; then ${busy}; fi; ${endless}`);
  const node = await startNodeHere(t, listening);
  const client = await connectTestClient(t, node.port);
  await client.subscribe("earshot/test/mic/state");
  await client.next(({ text }) => text === "listening");
  const held = await runHere(["doctor"], node.env);
  assert.equal(held.code, 0, held.stdout);
  assert.match(held.stdout, /^ok {2}broker +node test is up at 127\.0\.0\.1:\d+: Earshot .*mic/mu);
  assert.match(held.stdout, /^ok {2}microphone +node test holds plughw:CARD=Device,DEV=0/mu);
  await node.stop();
  const taken = await runHere(["doctor"], node.env);
  assert.equal(taken.code, 1);
  assert.match(taken.stdout, /^!! {2}microphone +plughw:CARD=Device,DEV=0 is in use/mu);
});

test("a damaged catalogue and a port that is taken are named, with what to do", async (t) => {
  const env = await prepareEnv(t, {});
  const folder = join(env["EARSHOT_DATA_DIR"] ?? "", "catalogues", "starter@1");
  const file = (await readdir(folder)).find((name) => name !== "manifest.json") ?? "";
  await appendFile(join(folder, file), "x");
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === "object" ? String(address?.port) : "";
  const { code, stdout } = await runHere(["doctor", "--broker.port", port], env);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^!! {2}catalogue +starter@1 \(live\) is damaged: .*catalogues\/starter@1/mu,
  );
  assert.match(
    stdout,
    new RegExp(`^!!  broker +127.0.0.1:${port} is in use by .*process ${process.pid}\\)`, "mu"),
  );
  assert.match(stdout, /\n2 things are wrong\.\n$/u);
});

test("a data folder that is a file, and a broker that does not answer, are faults", async (t) => {
  const folder = await makeTempFolder(t);
  await writeFile(join(folder, "data"), "");
  const { code, stdout } = await runHereAlone(t, ["doctor"], {
    EARSHOT_DATA_DIR: join(folder, "data"),
    EARSHOT_BROKER_MODE: "external",
    EARSHOT_MQTT_URL: "mqtt://127.0.0.1:1",
  });
  assert.equal(code, 1);
  assert.match(stdout, /^!! {2}data folder .*it is not a folder.*data\.dir/mu);
  assert.match(stdout, /^!! {2}broker +the external broker: .*ECONNREFUSED.*mqtt\.url/mu);
});

test("a catalogue's folder without a manifest does not stop the other checks", async (t) => {
  const dataDir = await makeTempFolder(t);
  await mkdir(join(dataDir, "catalogues", "empty@1"), { recursive: true });
  const { stdout } = await runHereAlone(t, ["doctor"], { EARSHOT_DATA_DIR: dataDir });
  assert.match(stdout, /^!! {2}catalogue +empty@1 is damaged/mu);
  assert.match(stdout, /microphone/u);
});

test("on a terminal the level is drawn live in one line, and Ctrl-C leaves nothing of it behind", async (t) => {
  if (!needScript(t)) return;
  const fake = await createQuietRoom(t);
  // Long enough for a few levels, too short for the two seconds.
  await fake.become(`head -c 60000 "$here/audio.wav"; exec sleep 60`);
  const dataDir = await makeTempFolder(t);
  const env = { PATH: process.env["PATH"], EARSHOT_DATA_DIR: dataDir, EARSHOT_BROKER_PORT: "0" };
  const terminal = startInTerminal(t, ["doctor"], env);
  await terminal.shown("\r\u001B[K");
  await terminal.shown("dBFS");
  terminal.type(keys.ctrlC);
  assert.equal(await terminal.ended(), 1);
  assert.match(terminal.all(), /\r\u001B\[Kearshot doctor: interrupted\r\n/u);
});
