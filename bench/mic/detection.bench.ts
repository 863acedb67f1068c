/**
 * How many of the true sounds are found, and how many events there are without one.
 *
 * Wanted of the adaptive mode: at least 99 % of the true ones, at most 1 false event an hour of
 * steady background. The other modes stand beside it.
 */
import { createDetector } from "../../src/mic/detector.js";
import { detectorModes, type DetectorMode } from "../../src/mic/detector-options.js";
import { rateHz, toPcm } from "../../test/mic/sounds.js";
import { report } from "./report.js";
import { type Scene, soundScenes, steadyScenes, stepScene } from "./scenes.js";

interface Score {
  sounds: number;
  found: number;
  /** Further events within a sound that was found. */
  repeated: number;
  /** Events where there is no sound. */
  wrong: number;
  events: number;
  seconds: number;
  readonly missedIn: Map<string, number>;
}

function createScores(): ReadonlyMap<DetectorMode, Score> {
  return new Map(
    detectorModes.map((mode) => [
      mode,
      { sounds: 0, found: 0, repeated: 0, wrong: 0, events: 0, seconds: 0, missedIn: new Map() },
    ]),
  );
}

/** A sound counts as found when an event begins in it, give or take one frame. */
const tolerance = 2_048;

const contains =
  (at: number) =>
  ([from, to]: Scene["sounds"][number]): boolean =>
    at >= from - tolerance && at <= to + tolerance;

function judge(scene: Scene, scores: ReadonlyMap<DetectorMode, Score>): void {
  const pcm = toPcm(scene.signal);
  for (const [mode, score] of scores) {
    const onsets: number[] = [];
    const detector = createDetector({
      options: { mode },
      onOnset: ({ onsetSample }) => onsets.push(onsetSample),
    });
    detector.push(pcm);
    const hits = scene.sounds.map((sound) => onsets.filter((at) => contains(at)(sound)).length);
    const found = hits.filter((count) => count > 0).length;
    score.sounds += scene.sounds.length;
    score.found += found;
    score.repeated += hits.reduce((sum, count) => sum + Math.max(0, count - 1), 0);
    score.wrong += onsets.filter((at) => !scene.sounds.some(contains(at))).length;
    score.events += onsets.length;
    score.seconds += pcm.length / rateHz;
    if (found < hits.length) score.missedIn.set(scene.name, hits.length - found);
  }
}

const moving = createScores();
for (const scene of soundScenes()) judge(scene, moving);
for (const [mode, score] of moving) {
  report("true sounds found", (100 * score.found) / score.sounds, {
    unit: "%",
    mode,
    sounds: score.sounds,
    found: score.found,
    repeated: score.repeated,
    falseAmongThem: score.wrong,
    ...(mode === "adaptive" && { wanted: ">= 99", missedIn: Object.fromEntries(score.missedIn) }),
  });
}

const steady = createScores();
for (const scene of steadyScenes(180)) judge(scene, steady);
for (const [mode, score] of steady) {
  report("false events an hour of steady background", score.wrong / (score.seconds / 3_600), {
    unit: "1/h",
    mode,
    falseEvents: score.wrong,
    minutes: Math.round(score.seconds / 60),
    ...(mode === "adaptive" && { wanted: "<= 1" }),
  });
}

const step = createScores();
judge(stepScene(), step);
for (const [mode, score] of step) {
  report("sounds found around a 15 dB step", score.found, {
    unit: `of ${score.sounds}`,
    mode,
    events: score.events,
  });
}
