import { execFileSync, spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { createFakeArecord, type FakeArecord, recording } from "./fake-arecord.js";
import { realArecord, skipWithoutArecord, useFileAsDevice } from "./real-arecord.js";

const program = join(import.meta.dirname, "microphone-process.js");

/**
 * Kills a node with SIGKILL while its recorders run, one of each device, and waits for their deaths.
 *
 * Each holds the writing end of a FIFO: its end is the end of the last process that had it.
 */
async function killNodeAndAwaitRecorders(
  t: TestContext,
  fake: FakeArecord,
  devices: readonly string[],
): Promise<void> {
  const lifelines = devices.map((device) => {
    const fifo = join(fake.folder, `alive-${device}`);
    execFileSync("mkfifo", [fifo]);
    return createReadStream(fifo);
  });
  const areGone = Promise.all(lifelines.map((lifeline) => once(lifeline, "close")));
  const node = spawn(process.execPath, [program, ...devices], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => node.kill("SIGKILL"));
  await Promise.all([...lifelines.map((one) => once(one, "data")), once(node.stdout, "data")]);
  node.kill("SIGKILL");
  await areGone;
}

/** What a recorder goes on with after its first sound, by the device that it is asked for. */
const habits: Readonly<Record<string, string>> = {
  records: `while :; do cat "$here/audio.wav"; sleep 0.01; done`,
  hangs: `exec sleep 60`,
  stopped: `kill -STOP $$`,
  "ignores-signals": `trap '' TERM HUP INT PIPE; while :; do sleep 0.05; done`,
};

test("whether it records, hangs, is stopped or ignores signals, no recorder outlives a node that is killed", async (t) => {
  const fake = await createFakeArecord(t);
  await fake.put("audio.wav", recording(new Int16Array(20_000)));
  const cases = Object.entries(habits).map(
    ([device, script]) => `*" ${device} "*)
      exec 3>"$here/alive-${device}"; cat "$here/audio.wav"; echo ready >&3
      ${script};;`,
  );
  await fake.become(`case " $* " in\n${cases.join("\n")}\nesac`);
  await killNodeAndAwaitRecorders(t, fake, Object.keys(habits));
});

test(
  "the real arecord does not outlive a killed node, even while its device hangs",
  { skip: skipWithoutArecord },
  async (t) => {
    const fake = await createFakeArecord(t);
    // Nobody ever writes to this FIFO, so that reading the device never returns.
    execFileSync("mkfifo", [join(fake.folder, "hanging")]);
    await useFileAsDevice(t, join(fake.folder, "hanging"));
    await fake.become(`exec 3>"$here/alive-ci"; echo ready >&3; exec ${realArecord} "$@"`);
    await killNodeAndAwaitRecorders(t, fake, ["ci"]);
  },
);
