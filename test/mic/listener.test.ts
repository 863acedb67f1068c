import assert from "node:assert/strict";
import { test } from "node:test";
import { createListener, type Listener, type Peak } from "../../src/mic/listener.js";
import { createManualClock } from "../support/manual-clock.js";
import { silentLog } from "./silent-log.js";
import {
  atLevel,
  createRandom,
  mixInto,
  noise,
  rateHz,
  type Signal,
  sine,
  toPcm,
} from "./sounds.js";

/** As arecord delivers: eight pieces a second. */
const pieceMs = 125;

interface Heard {
  readonly listener: Listener;
  readonly peaks: Peak[];
  readonly levels: readonly (readonly [atMs: number, levelDb: number])[];
  readonly warnings: string[];
}

/** Plays a scene in real time, by a clock of its own that starts at `startMs`. */
function play(scene: Signal, startMs = 0, quietHours = ""): Heard {
  const clock = createManualClock(startMs);
  const peaks: Peak[] = [];
  const levels: [number, number][] = [];
  const warnings: string[] = [];
  const listener = createListener({
    options: {},
    quietHours,
    log: { ...silentLog, warn: (_details, message) => warnings.push(message) },
    clock,
    onPeak: (peak) => peaks.push(peak),
    onLevel: (levelDb) => levels.push([clock.now(), levelDb]),
  });
  const pcm = toPcm(scene);
  const pieceSamples = Math.round((pieceMs * rateHz) / 1000);
  listener.begin();
  for (let at = 0; at < pcm.length; at += pieceSamples) {
    clock.advance(pieceMs);
    listener.push(pcm.subarray(at, at + pieceSamples));
  }
  return { listener, peaks, levels, warnings };
}

function roomWithTone(second: number): Signal {
  const scene = atLevel(noise(6, createRandom(31)), -60);
  mixInto(scene, atLevel(sine(0.5, 1_000), -20), second * rateHz);
  return scene;
}

test("a peak carries the time at which its sound began", () => {
  const startMs = Date.UTC(2026, 10, 23, 10, 15, 30);
  const { peaks } = play(roomWithTone(3.3), startMs);
  assert.equal(peaks.length, 1);
  assert.ok(Math.abs((peaks[0]?.timeMs ?? 0) - startMs - 3_300) <= 2, `${peaks[0]?.timeMs}`);
});

test("levels and times are rounded for people", () => {
  const { peaks } = play(roomWithTone(3));
  for (const value of Object.values(peaks[0] ?? {})) {
    assert.equal(value, Math.round(value * 10) / 10);
  }
});

test("the level comes at most once a second and covers all that was heard", () => {
  const { levels } = play(atLevel(noise(10, createRandom(32)), -45));
  assert.ok(levels.length >= 8 && levels.length <= 10);
  for (const [index, [atMs, levelDb]] of levels.entries()) {
    assert.ok(atMs - (levels[index - 1]?.[0] ?? 0) >= 1_000);
    assert.ok(Math.abs(levelDb + 45) < 0.3);
  }
});

test("the level goes on when the time jumps back, as when the network sets a Pi's clock", () => {
  const clock = createManualClock(1e12);
  const levels: number[] = [];
  const listener = createListener({
    options: {},
    quietHours: "",
    log: silentLog,
    clock,
    onPeak() {},
    onLevel: (levelDb) => levels.push(levelDb),
  });
  listener.begin();
  clock.advance(-3_600_000);
  for (let count = 0; count < 20; count += 1) {
    clock.advance(pieceMs);
    listener.push(new Int16Array(5_512));
  }
  assert.equal(levels.length, 3);
});

test("quiet hours keep peaks back and count them", () => {
  const night = new Date(2026, 10, 23, 23, 0).getTime();
  const muted = play(roomWithTone(3), night, "22:00-07:00");
  assert.deepEqual(muted.peaks, []);
  assert.equal(muted.listener.status().mutedPeaks, 1);
  const day = new Date(2026, 10, 23, 12, 0).getTime();
  assert.equal(play(roomWithTone(3), day, "22:00-07:00").listener.status().peaks, 1);
});

test("a minute of digital silence is warned of once, and ends with the first sound", () => {
  const { listener, warnings } = play(new Float64Array(65 * rateHz));
  assert.equal(warnings.length, 1);
  assert.ok(listener.status().silentS >= 60);
  assert.equal(play(roomWithTone(3)).listener.status().silentS, 0);
});
