import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { describeOwners, findOwners } from "../../src/mic/device-owners.js";
import { type Diagnosis, diagnoseMicrophone, findForbidden } from "../../src/mic/diagnosis.js";
import { findMutedControls } from "../../src/mic/mixer.js";
import { createFakeArecord, recording } from "./fake-arecord.js";
import { silentLog } from "./silent-log.js";
import { atLevel, createRandom, noise, type Signal, silence, sine, toPcm } from "./sounds.js";

async function diagnose(t: TestContext, scene: Signal): Promise<Diagnosis> {
  const fake = await createFakeArecord(t);
  await fake.put("audio.wav", recording(toPcm(scene)));
  await fake.become(`cat "$here/audio.wav"; exec sleep 60`);
  return diagnoseMicrophone({
    device: "plughw:CARD=Device,DEV=0",
    rateHz: 44_100,
    seconds: 2,
    log: silentLog,
  });
}

const codes = ({ findings }: Diagnosis): readonly string[] => findings.map(({ code }) => code);

test("a microphone that hears a room is fine, and its level and device are told", async (t) => {
  const diagnosis = await diagnose(t, atLevel(noise(3, createRandom(41)), -50));
  assert.deepEqual(codes(diagnosis), []);
  assert.ok(Math.abs((diagnosis.level?.levelDb ?? 0) + 50) < 0.5);
  assert.equal(diagnosis.devices[0]?.name, "plughw:CARD=Device,DEV=0");
});

test("silence, a level that is too low and clipping are told apart", async (t) => {
  assert.deepEqual(codes(await diagnose(t, silence(3))), ["silence"]);
  const faint = atLevel(noise(3, createRandom(42)), -85);
  assert.deepEqual(codes(await diagnose(t, faint)), ["too quiet"]);
  const loud = sine(3, 300).map((value) => value * 1.3);
  assert.deepEqual(codes(await diagnose(t, loud)), ["clipping"]);
});

test("a device that cannot be opened is explained in the words of the capture", async (t) => {
  const fake = await createFakeArecord(t);
  await fake.become(`echo "arecord: audio open error: Device or resource busy" >&2; exit 1`);
  const options = { rateHz: 44_100, seconds: 2, log: silentLog };
  const busy = await diagnoseMicrophone({ ...options, device: "hw:1,0" });
  assert.deepEqual(codes(busy), ["device busy"]);
  assert.equal(busy.level, undefined);
  const refused = await diagnoseMicrophone({ ...options, device: "file:'|id'" });
  assert.deepEqual(codes(refused), ["bad name"]);
});

test("the program that holds a device is found by the file it has open", async (t) => {
  const fake = await createFakeArecord(t);
  const path = await fake.put("pcmC1D0c", "");
  const holder = spawn("sh", ["-c", `exec 3<"${path}"; echo open; read -r _`]);
  t.after(() => holder.kill());
  await once(holder.stdout, "data");
  const owners = await findOwners(path);
  assert.deepEqual(owners, [{ pid: holder.pid, program: "sh" }]);
  assert.equal(describeOwners(owners), `sh (pid ${holder.pid})`);
  assert.deepEqual(await findOwners(`${path}-of-nobody`), []);
});

test("only capture devices count when permissions are looked at", async (t) => {
  const fake = await createFakeArecord(t);
  await fake.put("pcmC1D0c", "");
  await fake.put("pcmC1D0p", "");
  // A link to nowhere cannot be opened by anybody, root included.
  await symlink("/nonexistent", join(fake.folder, "pcmC2D0p"));
  assert.deepEqual(await findForbidden(fake.folder), []);
  assert.deepEqual(await findForbidden(`${fake.folder}/missing`), []);
  await symlink("/nonexistent", join(fake.folder, "pcmC2D0c"));
  const [finding] = await findForbidden(fake.folder);
  assert.equal(finding?.code, "no permission");
  assert.match(finding.message, /pcmC2D0c.*group audio/u);
});

test("a capture switch that is off, or a gain of zero, is a muted control", () => {
  const output = `Simple mixer control 'Speaker',0
  Capabilities: pvolume pswitch
  Playback channels: Front Left - Front Right
  Front Left: Playback 20 [54%] [-17.00dB] [off]
Simple mixer control 'Mic',0
  Capabilities: pvolume pswitch cvolume cvolume-joined cswitch cswitch-joined
  Playback channels: Mono
  Capture channels: Mono
  Limits: Playback 0 - 31 Capture 0 - 35
  Mono: Playback 23 [74%] [0.00dB] [off] Capture 20 [57%] [10.00dB] [off]
Simple mixer control 'Line',0
  Capabilities: cvolume
  Front Left: Capture 0 [0%] [-12.00dB] [on]
  Front Right: Capture 12 [40%] [0.00dB] [on]
Simple mixer control 'Gain',0
  Capabilities: cvolume
  Mono: Capture 0 [0%] [-12.00dB]
Simple mixer control 'Auto Gain Control',0
  Capabilities: pswitch pswitch-joined
  Mono: Playback [off]
`;
  assert.deepEqual(findMutedControls(output), ["Mic", "Gain"]);
  assert.deepEqual(findMutedControls(""), []);
});
