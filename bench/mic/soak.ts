/**
 * Listens in real time for some minutes, through the real arecord and a sound server.
 *
 * Optional, because it takes as long as it listens: `node dist/bench/mic/soak.js [SECONDS]`, 130 by
 * default. Needs alsa-utils, libasound2-plugins, pulseaudio and pulseaudio-utils. A PulseAudio of
 * its own plays a scene with claps into a null sink, whose monitor is the microphone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, watch } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Peak } from "../../src/mic/listener.js";
import { createMicrophone } from "../../src/mic/microphone.js";
import { silentLog } from "../../test/mic/silent-log.js";
import {
  atLevel,
  clap,
  createRandom,
  mixInto,
  noise,
  rateHz,
  toPcm,
} from "../../test/mic/sounds.js";
import { createWatched } from "../../test/mic/watched.js";
import { report } from "./report.js";

const seconds = Number(process.argv[2] ?? 130);
const clapEveryS = 3.7;

const folder = await mkdtemp(join(tmpdir(), "earshot-soak-"));
const children: ChildProcess[] = [];
try {
  const server = await startSoundServer();
  await soak(server);
} finally {
  for (const child of children) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
}

/** @returns the server's address */
async function startSoundServer(): Promise<string> {
  const socket = join(folder, "pulse.sock");
  const format = `rate=${rateHz} channels=1 format=s16le`;
  const watcher = watch(folder);
  const options = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"];
  const server = spawn(
    "pulseaudio",
    [
      ...options,
      `--load=module-null-sink sink_name=room ${format}`,
      `--load=module-native-protocol-unix auth-anonymous=1 socket=${socket}`,
    ],
    { stdio: "ignore", env: { ...process.env, XDG_RUNTIME_DIR: folder, HOME: folder } },
  );
  children.push(server);
  while (!existsSync(socket)) await once(watcher, "change");
  watcher.close();
  await writeFile(
    join(folder, "alsa.conf"),
    `</usr/share/alsa/alsa.conf>
pcm.soak { type pulse server "unix:${socket}" device "room.monitor" }
`,
  );
  process.env["ALSA_CONFIG_PATH"] = join(folder, "alsa.conf");
  return `unix:${socket}`;
}

/** The scene, and the second of every clap in it. */
async function writeScene(): Promise<readonly number[]> {
  const random = createRandom(51);
  const scene = atLevel(noise(seconds, random), -55);
  const claps: number[] = [];
  for (let second = 2; second < seconds - 1; second += clapEveryS + random()) {
    mixInto(scene, atLevel(clap(random), -25, 2_048), Math.round(second * rateHz));
    claps.push(second);
  }
  await writeFile(join(folder, "scene.raw"), new Uint8Array(toPcm(scene).buffer));
  return claps;
}

async function soak(server: string): Promise<void> {
  const claps = await writeScene();
  const peaks = createWatched<Peak>();
  const states = createWatched<string>();
  const microphone = createMicrophone({
    config: { enabled: true, device: "soak" },
    log: silentLog,
    onPeak: peaks.add,
    onLevel() {},
    onState: ({ state }) => {
      states.add(state);
    },
  });
  await microphone.start();
  await states.next((state) => state === "listening");
  const cpuBefore = process.cpuUsage();
  const startedMs = Date.now();
  const format = ["--format=s16le", `--rate=${rateHz}`, "--channels=1", "--raw"];
  const player = spawn(
    "pacat",
    [`--server=${server}`, "--device=room", ...format, join(folder, "scene.raw")],
    { stdio: "ignore" },
  );
  children.push(player);
  await once(player, "exit");
  const passedS = (Date.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const stoppingMs = Date.now();
  const { recordings, clippedSamples } = microphone.status();
  await microphone.stop();

  // The noise begins when the player does: that is a sound too, and comes first.
  const heard = peaks.all.slice(-claps.length);
  const offsets = heard.map(({ timeMs }, index) => timeMs - (claps[index] ?? 0) * 1_000);
  const spreadMs = Math.max(...offsets) - Math.min(...offsets);
  report("soak: claps found", heard.length, {
    unit: `of ${claps.length}`,
    events: peaks.all.length,
    seconds: Math.round(passedS),
    recordings,
    clippedSamples,
  });
  report("soak: spread of the events' times around the claps", spreadMs, { unit: "ms" });
  report("soak: CPU per second of listening", (user + system) / 1_000 / passedS, { unit: "ms" });
  report("soak: memory", process.memoryUsage.rss() / 2 ** 20, { unit: "MB" });
  report("soak: ending the recorder", Date.now() - stoppingMs, { unit: "ms" });
}
