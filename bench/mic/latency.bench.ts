// From the frame that holds a sound's onset to the event at a subscriber of its own process.
//
// The recorder is a pipe into which this process writes audio in real time, in pieces of one frame,
// so that it knows when the frame with the onset was there to be heard.
import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  chmod,
  type FileHandle,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import mqtt from "mqtt";
import { wavHeader } from "../../test/mic/fake-arecord.js";
import {
  atLevel,
  createRandom,
  mixInto,
  noise,
  rateHz,
  sine,
  toPcm,
} from "../../test/mic/sounds.js";
import { startBenchNode } from "../bench-node.js";
import { median } from "../figure.js";
import { report } from "./report.js";

const frameSamples = 2048;
const sounds = 40;
/** For how long the CPU is measured, in seconds. */
const listenS = 20;
/** A sound of 0.1 s in every second. */
const framesPerSound = Math.round(rateHz / frameSamples);
const warmUpFrames = framesPerSound * 3;

const folder = await mkdtemp(join(tmpdir(), "earshot-bench-"));
try {
  await measure();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const fifo = join(folder, "audio");
  execFileSync("mkfifo", [fifo]);
  await mkdir(join(folder, "bin"));
  await writeFile(join(folder, "bin", "arecord"), `#!/bin/sh\nexec cat ${fifo}\n`);
  await chmod(join(folder, "bin", "arecord"), 0o755);
  const { child, port } = await startBenchNode({
    PATH: `${join(folder, "bin")}:${process.env["PATH"]}`,
    EARSHOT_DATA_DIR: join(folder, "data"),
  });
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
  const heardMs: number[] = [];
  client.on("message", () => heardMs.push(performance.now()));
  await client.subscribeAsync("earshot/bench/mic/peak", { qos: 1 });
  const pipe = await open(fifo, "w");
  await pipe.write(wavHeader());
  const writtenMs: number[] = [];
  const scene = pieces(frameSamples, warmUpFrames + sounds * framesPerSound);
  await playInRealTime(pipe, scene, (frame) => {
    if (holdsOnset(frame)) writtenMs.push(performance.now());
  });
  await sleep(500);
  // As arecord delivers, eight pieces a second; all that came before was the warm-up.
  const cpuBefore = await cpuMs(child);
  const startedMs = performance.now();
  await playInRealTime(pipe, pieces(rateHz / 8, 8 * listenS), () => {});
  const cpu = ((await cpuMs(child)) - cpuBefore) / ((performance.now() - startedMs) / 1000);
  await pipe.close();
  await client.endAsync(true);
  child.kill("SIGTERM");
  await once(child, "exit");
  if (heardMs.length < sounds) throw new Error(`${heardMs.length} events for ${sounds} sounds`);
  const delays = writtenMs.map((ms, index) => (heardMs[index] ?? 0) - ms);
  report("onset to subscriber, median", median(delays), { unit: "ms", wanted: "<= 5" });
  report("onset to subscriber, most", Math.max(...delays), { unit: "ms" });
  report("CPU of the daemon while it listens", cpu, { unit: "ms/s", wanted: "<= 10" });
}

function holdsOnset(frame: number): boolean {
  return frame >= warmUpFrames && (frame - warmUpFrames) % framesPerSound === 0;
}

/** Writes pieces of audio as they would be recorded. */
async function playInRealTime(
  pipe: FileHandle,
  audio: readonly Uint8Array[],
  onPiece: (index: number) => void,
): Promise<void> {
  const startedMs = performance.now();
  let playedMs = 0;
  for (const [index, piece] of audio.entries()) {
    await sleep(Math.max(0, startedMs + playedMs - performance.now()));
    onPiece(index);
    await pipe.write(piece);
    playedMs += (piece.byteLength / 2 / rateHz) * 1000;
  }
}

/** The scene in pieces; in the frames that `holdsOnset` names a sound begins with the first sample. */
function pieces(samples: number, count: number): readonly Uint8Array[] {
  const whole = Math.round(samples);
  const scene = atLevel(noise((count * whole) / rateHz, createRandom(5)), -60);
  for (let at = 0; at < scene.length; at += frameSamples) {
    if (holdsOnset(at / frameSamples)) mixInto(scene, atLevel(sine(0.1, 1000), -20), at);
  }
  const pcm = toPcm(scene);
  return Array.from({ length: count }, (_, piece) => {
    const part = pcm.subarray(piece * whole, (piece + 1) * whole);
    return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  });
}

/** User and system time of a process, in milliseconds (Linux counts in hundredths of a second). */
async function cpuMs(child: ChildProcess): Promise<number> {
  const stat = await readFile(`/proc/${child.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
