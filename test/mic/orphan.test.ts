import { execFileSync, spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { createFakeArecord, type FakeArecord, recording } from "./fake-arecord.js";
import { realArecord, skipWithoutArecord, useFileAsDevice } from "./real-arecord.js";

const program = join(import.meta.dirname, "microphone-process.js");

/**
 * Kills a node with SIGKILL while its recorder runs, and waits for the recorder's death.
 *
 * The recorder holds the writing end of a FIFO: its end is the end of the last process that had it.
 */
async function killNodeAndAwaitRecorder(
  t: TestContext,
  fake: FakeArecord,
  device: string,
): Promise<void> {
  const fifo = join(fake.folder, "alive");
  execFileSync("mkfifo", [fifo]);
  const lifeline = createReadStream(fifo);
  const isGone = once(lifeline, "close");
  const node = spawn(process.execPath, [program, device], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => node.kill("SIGKILL"));
  await Promise.all([once(lifeline, "data"), once(node.stdout, "data")]);
  node.kill("SIGKILL");
  await isGone;
}

for (const [habit, script] of [
  ["records", `while :; do cat "$here/audio.wav"; sleep 0.01; done`],
  ["hangs without a sound", `exec sleep 60`],
  ["has been stopped", `kill -STOP $$`],
  ["ignores every signal it can", `trap '' TERM HUP INT PIPE; while :; do sleep 0.05; done`],
] as const) {
  test(`a recorder that ${habit} does not outlive a node that is killed`, async (t) => {
    const fake = await createFakeArecord(t);
    await fake.put("audio.wav", recording(new Int16Array(20_000)));
    await fake.become(`exec 3>"$here/alive"; cat "$here/audio.wav"; echo ready >&3\n${script}`);
    await killNodeAndAwaitRecorder(t, fake, "default");
  });
}

test(
  "the real arecord does not outlive a killed node, even while its device hangs",
  { skip: skipWithoutArecord },
  async (t) => {
    const fake = await createFakeArecord(t);
    // Nobody ever writes to this FIFO, so that reading the device never returns.
    execFileSync("mkfifo", [join(fake.folder, "hanging")]);
    await useFileAsDevice(t, join(fake.folder, "hanging"));
    await fake.become(`exec 3>"$here/alive"; echo ready >&3; exec ${realArecord} "$@"`);
    await killNodeAndAwaitRecorder(t, fake, "ci");
  },
);
