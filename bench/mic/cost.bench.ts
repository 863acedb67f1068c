/**
 * What listening costs: CPU per second of audio, and memory over an hour of compressed time.
 *
 * Wanted: at most 0.3 ms of CPU per second of 44.1 kHz audio, and a flat memory.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createDetector } from "../../src/mic/detector.js";
import { detectorModes } from "../../src/mic/detector-options.js";
import { createPcmStream } from "../../src/mic/pcm-stream.js";
import {
  atLevel,
  clap,
  createRandom,
  mixInto,
  noise,
  rateHz,
  silence,
  toPcm,
} from "../../test/mic/sounds.js";
import { report } from "./report.js";

/** As arecord delivers: eight pieces a second. */
const pieceSamples = Math.round(rateHz / 8);
const minuteS = 60;

function minuteWithClaps(): Int16Array {
  const random = createRandom(3);
  const scene = atLevel(noise(minuteS, random), -55);
  for (let second = 3; second < minuteS; second += 5) {
    mixInto(scene, atLevel(clap(random), -25, 2_048), second * rateHz);
  }
  return toPcm(scene);
}

/** Calls `read` for every piece of the audio. */
function eachPiece(audio: Int16Array, read: (piece: Int16Array) => void): void {
  for (let at = 0; at < audio.length; at += pieceSamples) {
    read(audio.subarray(at, at + pieceSamples));
  }
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** What is still in use once the garbage is collected; RSS would show the collector's habits. */
function memoryInUseKb(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1_024;
}

const minute = minuteWithClaps();

for (const [name, audio] of [
  ["claps", minute],
  ["digital silence", toPcm(silence(minuteS))],
] as const) {
  for (const mode of detectorModes) {
    const detector = createDetector({ options: { mode }, onOnset() {} });
    const runs = Array.from({ length: 25 }, () =>
      cpuMs(() => {
        eachPiece(audio, (piece) => {
          detector.push(piece);
        });
      }),
    );
    const warm = runs.slice(5).map((ms) => ms / minuteS);
    report("detector CPU per second of audio", median(warm), {
      unit: "ms",
      mode,
      audio: name,
      least: Number(Math.min(...warm).toPrecision(3)),
      ...(mode === "adaptive" && { wanted: "<= 0.3" }),
    });
  }
}

const events = { count: 0 };
const detector = createDetector({
  options: {},
  onOnset() {
    events.count += 1;
  },
});
const pcm = createPcmStream();
const inUseKb: number[] = [];
const hourMs = cpuMs(() => {
  for (let passed = 0; passed < 60; passed += 1) {
    eachPiece(minute, (piece) => {
      const bytes = new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
      detector.push(pcm.read(bytes));
    });
    if (passed === 9 || passed === 59) inUseKb.push(memoryInUseKb());
  }
});
const [earlyKb = 0, lateKb = 0] = inUseKb;
report("growth of memory from minute 10 to minute 60 of an hour", lateKb - earlyKb, {
  unit: "kB",
  inUseKb: Math.round(lateKb),
  rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
  events: events.count,
});
report("bytes to event, CPU per second of audio over an hour", hourMs / 3_600, { unit: "ms" });
