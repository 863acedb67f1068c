import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import {
  type Capture,
  type CaptureState,
  captureTimings,
  createCapture,
} from "../../src/mic/capture.js";
import { type Clock, systemClock } from "../../src/clock.js";
import { explainFault } from "../../src/mic/fault-reason.js";
import { createFakeArecord, type FakeArecord, recording } from "./fake-arecord.js";
import { silentLog } from "./silent-log.js";
import { createRandom } from "./sounds.js";
import { createWatched, type Watched } from "./watched.js";

type Event =
  | { readonly what: "begin" }
  | { readonly what: "samples"; readonly samples: Int16Array }
  | { readonly what: "state"; readonly state: CaptureState };

interface Rig {
  readonly fake: FakeArecord;
  readonly capture: Capture;
  readonly events: Watched<Event>;
}

/** Patience for tests; a fake program answers within milliseconds. */
const quick = {
  ...captureTimings,
  graceMs: 150,
  firstRetryMs: 20,
  longestRetryMs: 80,
};

/** Stands still, so that the time of the next try is the length of the wait. */
const standingClock: Clock = { now: () => 0, after: systemClock.after };

async function setUp(
  t: TestContext,
  timings = quick,
  device = "plughw:CARD=Device,DEV=0",
): Promise<Rig> {
  const fake = await createFakeArecord(t);
  const events = createWatched<Event>();
  const capture = createCapture({
    device,
    rateHz: 44_100,
    log: silentLog,
    clock: standingClock,
    timings,
    sink: {
      begin: () => {
        events.add({ what: "begin" });
      },
      push: (samples) => {
        events.add({ what: "samples", samples: samples.slice() });
      },
    },
    onState: (state) => {
      events.add({ what: "state", state });
    },
  });
  t.after(() => capture.stop());
  return { fake, capture, events };
}

const isListening = (event: Event): boolean =>
  event.what === "state" && event.state.state === "listening";

const isFailed = (event: Event): boolean =>
  event.what === "state" &&
  event.state.state === "unavailable" &&
  event.state.nextTryAtMs !== undefined;

/** The reason of the first failure. */
async function firstReason({ events }: Rig): Promise<string> {
  const event = events.all[await events.next(isFailed)];
  assert.ok(event?.what === "state" && event.state.state === "unavailable");
  return event.state.reason;
}

/** All samples of the first `runs` recordings, one after the other. */
function samplesOf(events: readonly Event[]): Int16Array {
  const pieces = events.flatMap((event) => (event.what === "samples" ? [event.samples] : []));
  const all = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function someSamples(count: number): Int16Array {
  const random = createRandom(11);
  return Int16Array.from({ length: count }, () => Math.floor(random() * 65_536) - 32_768);
}

test("the program is asked for 16-bit mono at the configured rate from the configured device", async (t) => {
  const { fake, capture, events } = await setUp(t);
  await fake.put("audio.wav", recording(someSamples(4_096)));
  await fake.become(`cat "$here/audio.wav"; exec sleep 60`);
  capture.start();
  await events.next(isListening);
  assert.equal(
    await readFile(join(fake.folder, "arguments"), "utf8"),
    "-c 1 -r 44100 -f S16_LE -D plughw:CARD=Device,DEV=0\n",
  );
});

test("samples arrive bit-exactly when header and samples are split anywhere", async (t) => {
  const { fake, capture, events } = await setUp(t);
  const samples = someSamples(9_000);
  await fake.put("audio.wav", recording(samples));
  // 7 bytes of header, 40 more (3 bytes of audio), then odd pieces, then the rest.
  await fake.become(`
    exec 3<"$here/audio.wav"
    for size in 7 40 1 333 1001; do dd bs=1 count=$size <&3 2>/dev/null; sleep 0.02; done
    cat <&3; exec sleep 60`);
  capture.start();
  await events.next(() => samplesOf(events.all).length >= samples.length);
  assert.deepEqual(samplesOf(events.all), samples);
  assert.equal(events.all.filter(({ what }) => what === "begin").length, 1);
});

test("exit code 0, as after 2 GiB, is a fault that the next run recovers from", async (t) => {
  const rig = await setUp(t);
  await rig.fake.put("audio.wav", recording(someSamples(4_096)));
  await rig.fake.become(`cat "$here/audio.wav"; [ $run = 1 ] && exit 0; exec sleep 60`);
  rig.capture.start();
  assert.match(await firstReason(rig), /arecord ended with exit code 0/u);
  const failed = await rig.events.next(isFailed);
  await rig.events.next(isListening, failed);
  assert.equal(rig.events.all.filter(({ what }) => what === "begin").length, 2);
});

test("a recording is renewed before its file is full, without becoming unavailable", async (t) => {
  const rig = await setUp(t, { ...quick, renewBytes: 8_000 });
  await rig.fake.put("audio.wav", recording(someSamples(4_096)));
  await rig.fake.become(`cat "$here/audio.wav"; exec sleep 60`);
  rig.capture.start();
  const second = (await rig.events.next(({ what }) => what === "begin")) + 1;
  await rig.events.next(({ what }) => what === "begin", second);
  assert.equal(rig.events.all.some(isFailed), false);
});

test("a missing program is named, with the package to install", async (t) => {
  const rig = await setUp(t);
  const path = process.env["PATH"];
  process.env["PATH"] = join(rig.fake.folder, "bin");
  rig.capture.start();
  const reason = await firstReason(rig);
  process.env["PATH"] = path;
  assert.match(reason, /arecord is not installed: sudo apt install alsa-utils/u);
});

test("a missing device is named beside those that are there", async (t) => {
  const rig = await setUp(t, quick, "plughw:CARD=Nope,DEV=0");
  await rig.fake.become(`
    echo "ALSA lib confmisc.c:165:(snd_config_get_card) Cannot get card index for Nope" >&2
    echo "arecord: main:831: audio open error: No such device" >&2; exit 1`);
  rig.capture.start();
  const reason = await firstReason(rig);
  assert.match(reason, /no capture device plughw:CARD=Nope,DEV=0/u);
  assert.match(reason, /there are plughw:CARD=Device,DEV=0/u);
});

test("what arecord says is turned into what to do, and passed on where it is unknown", async (t) => {
  const rig = await setUp(t);
  await rig.fake.become(`echo "arecord: something nobody has seen" >&2; exit 1`);
  rig.capture.start();
  assert.match(await firstReason(rig), /exit code 1: arecord: something nobody has seen/u);
  for (const [message, expected] of [
    ["audio open error: Device or resource busy", /is in use/u],
    ["audio open error: Permission denied", /group audio/u],
    ["audio open error: Connection refused", /sound server/u],
    ["set_params:1416: Channels count non available", /Channels count.*plughw:/u],
  ] as const) {
    const stderr = `arecord: ${message}\n`;
    const end = { kind: "exit", code: 1, signal: null, stderr } as const;
    assert.match(await explainFault(end, "plughw:CARD=Device,DEV=0"), expected);
  }
});

test("an unplugged microphone is unavailable, and listens again once it is back", async (t) => {
  const rig = await setUp(t);
  await rig.fake.put("audio.wav", recording(someSamples(4_096)));
  await rig.fake.become(`
    [ -e "$here/unplugged" ] && { echo "arecord: audio open error: No such device" >&2; exit 1; }
    cat "$here/audio.wav"
    while [ ! -e "$here/unplugged" ]; do sleep 0.01; done
    echo "arecord: pcm_read:2178: read error: No such device" >&2; exit 1`);
  rig.capture.start();
  await rig.events.next(isListening);
  const flag = await rig.fake.put("unplugged", "");
  const failed = await rig.events.next(isFailed);
  // It stays away for some tries.
  const again = await rig.events.next(isFailed, failed + 1);
  await rm(flag);
  await rig.events.next(isListening, again);
});

test("the waits double, stay under the longest, and are announced with the time of the next try", async (t) => {
  const rig = await setUp(t);
  await rig.fake.become(`exit 1`);
  rig.capture.start();
  let at = -1;
  const waits: number[] = [];
  for (let count = 0; count < 4; count += 1) {
    at = await rig.events.next(isFailed, at + 1);
    const event = rig.events.all[at];
    assert.ok(event?.what === "state" && event.state.state === "unavailable");
    waits.push(event.state.nextTryAtMs ?? 0);
  }
  for (const [index, base] of [20, 40, 80, 80].entries()) {
    const wait = waits[index] ?? 0;
    assert.ok(wait <= base * 1.25 && wait >= base * 0.75, `wait ${index}: ${wait} ms`);
  }
});

test("a program that gives no data is ended and tried again", async (t) => {
  const rig = await setUp(t, { ...quick, noDataMs: 400 });
  await rig.fake.put("audio.wav", recording(someSamples(4_096)));
  await rig.fake.become(`[ $run = 1 ] && exec sleep 60; cat "$here/audio.wav"; exec sleep 60`);
  rig.capture.start();
  assert.match(await firstReason(rig), /no data from arecord for 0.4 s/u);
  await rig.events.next(isListening);
});

test("a program that stops itself and ignores SIGTERM is gone when stop resolves", async (t) => {
  for (const habit of [`kill -STOP $$`, `trap '' TERM`]) {
    const rig = await setUp(t);
    await rig.fake.put("audio.wav", recording(someSamples(4_096)));
    await rig.fake.become(`
      echo $$ > "$here/pid"; cat "$here/audio.wav"; ${habit}
      while :; do sleep 0.02; done`);
    rig.capture.start();
    await rig.events.next(isListening);
    const pid = Number(await readFile(join(rig.fake.folder, "pid"), "utf8"));
    await rig.capture.stop();
    assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  }
});

test("nothing arrives after stop, and a stopped capture can be started again", async (t) => {
  const rig = await setUp(t);
  await rig.fake.put("audio.wav", recording(someSamples(4_096)));
  await rig.fake.become(
    `cat "$here/audio.wav"; while :; do cat "$here/audio.wav"; sleep 0.01; done`,
  );
  rig.capture.start();
  await rig.events.next(isListening);
  await rig.capture.stop();
  const count = rig.events.all.length;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(rig.events.all.length, count);
  rig.capture.start();
  await rig.events.next(isListening, count);
  await Promise.all([rig.capture.stop(), rig.capture.stop()]);
});

test("stop ends a wait between two tries at once", async (t) => {
  const rig = await setUp(t, { ...quick, firstRetryMs: 60_000, longestRetryMs: 60_000 });
  await rig.fake.become(`exit 1`);
  rig.capture.start();
  await rig.events.next(isFailed);
  await rig.capture.stop();
});

test("a pause of the node itself is not blamed on the device", async (t) => {
  const rig = await setUp(t, { ...quick, noDataMs: 200 });
  await rig.fake.put("audio.wav", recording(someSamples(4_096)));
  await rig.fake.become(`while :; do cat "$here/audio.wav"; sleep 0.01; done`);
  rig.capture.start();
  await rig.events.next(isListening);
  const seen = rig.events.all.length;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  await rig.events.next(({ what }) => what === "samples", seen);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(rig.events.all.some(isFailed), false);
});

test("what was said before the recording, or by a library, does not explain its end", async (t) => {
  const rig = await setUp(t);
  await rig.fake.put("audio.wav", recording(someSamples(4_096)));
  await rig.fake.become(`
    echo "arecord: main:831: audio open error: Permission denied" >&2; sleep 0.1
    cat "$here/audio.wav"; sleep 0.1
    echo "ALSA lib x.c:1: Permission denied" >&2
    echo "arecord: read error: No such device" >&2; exit 1`);
  rig.capture.start();
  assert.match(await firstReason(rig), /no capture device/u);
});

test("the program is told to speak English, and this process keeps its language", async (t) => {
  const rig = await setUp(t);
  const before = process.env["LC_ALL"];
  process.env["LC_ALL"] = "de_DE.UTF-8";
  t.after(() => {
    if (before === undefined) delete process.env["LC_ALL"];
    else process.env["LC_ALL"] = before;
  });
  await rig.fake.become(`echo "arecord: locale $LC_ALL" >&2; exit 1`);
  rig.capture.start();
  assert.match(await firstReason(rig), /locale C$/u);
  assert.equal(process.env["LC_ALL"], "de_DE.UTF-8");
});

test("the time of the next try is taken back while that try is under way", async (t) => {
  const rig = await setUp(t);
  await rig.fake.become(`[ $run = 1 ] && exit 1; exec sleep 60`);
  rig.capture.start();
  const failed = await rig.events.next(isFailed);
  const next = await rig.events.next(({ what }) => what === "state", failed + 1);
  assert.equal(isFailed(rig.events.all[next] ?? { what: "begin" }), false);
});
