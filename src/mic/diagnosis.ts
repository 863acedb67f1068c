import { access, constants, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunFault } from "./capture-run.js";
import { silenceDb } from "./dbfs.js";
import { deviceNameHint, isDeviceName } from "./device-name.js";
import { type CaptureDevice, findDevice, listCaptureDevices, runQuietly } from "./devices.js";
import { causeOf, explainFault, type FaultCause } from "./fault-reason.js";
import { type MeasuredLevel, type MeasurementOptions, measureLevel } from "./measure-level.js";
import { findMutedControls } from "./mixer.js";

/** Something that is wrong with a microphone; the message says what to do. */
export interface Finding {
  readonly code: FaultCause | "bad name" | "silence" | "too quiet" | "clipping" | "muted";
  readonly message: string;
}

/** All that `earshot doctor` has to say about the microphone. No findings: it is fine. */
export interface Diagnosis {
  readonly devices: readonly CaptureDevice[];
  /** `undefined` when nothing could be recorded. */
  readonly level: MeasuredLevel | undefined;
  readonly findings: readonly Finding[];
}

/** Lists the devices, records for a moment and judges what it heard. Never rejects. */
export async function diagnoseMicrophone(options: MeasurementOptions): Promise<Diagnosis> {
  const { devices } = await listCaptureDevices();
  if (!isDeviceName(options.device)) {
    const message = `mic.device must be ${deviceNameHint}; received "${options.device}"`;
    return { devices, level: undefined, findings: [{ code: "bad name", message }] };
  }
  const permission = await findForbidden("/dev/snd");
  const measured = await measureLevel(options);
  const level = "levelDb" in measured ? measured : undefined;
  const heard =
    "levelDb" in measured ? judgeLevel(measured) : [await explain(measured, options.device)];
  const muted = level === undefined ? [] : await findMuted(devices, options.device);
  return { devices, level, findings: [...permission, ...heard, ...muted] };
}

/** What a level says about a microphone. A quiet room is about -60 dBFS, speech -40 to -20. */
export function judgeLevel(level: MeasuredLevel): readonly Finding[] {
  if (level.levelDb <= silenceDb) {
    const message =
      "only digital silence: the microphone is muted, or this is not the device it is plugged into";
    return [{ code: "silence", message }];
  }
  if (level.clippedSamples > 0) {
    const message = `${level.clippedSamples} samples are clipped: turn the capture gain down (alsamixer, F4)`;
    return [{ code: "clipping", message }];
  }
  if (level.peakDb < tooQuietDb) {
    const message = `hardly anything is heard (${level.peakDb.toFixed(0)} dBFS at most): turn the capture gain up (alsamixer, F4)`;
    return [{ code: "too quiet", message }];
  }
  return [];
}

/** The detector ignores what is below -70 dBFS RMS; a microphone that never passes it is deaf. */
const tooQuietDb = -70;

/** Capture devices in a folder such as /dev/snd that this user may not open. */
export async function findForbidden(folder: string): Promise<readonly Finding[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^pcm.*c$/u.test(name));
  for (const name of names) {
    try {
      await access(join(folder, name), constants.R_OK | constants.W_OK);
    } catch {
      const message = `${join(folder, name)} may not be used: add the user to the group audio (sudo usermod -aG audio USER) and log in again`;
      return [{ code: "no permission", message }];
    }
  }
  return [];
}

async function explain(fault: RunFault, device: string): Promise<Finding> {
  return { code: causeOf(fault), message: await explainFault(fault, device) };
}

async function findMuted(
  devices: readonly CaptureDevice[],
  name: string,
): Promise<readonly Finding[]> {
  const device = findDevice(devices, name);
  if (device === undefined) return [];
  const { output } = await runQuietly("amixer", ["-c", String(device.card), "scontents"]);
  return findMutedControls(output).map((control) => ({
    code: "muted",
    message: `the capture control "${control}" of card ${device.cardName} is off or at zero: alsamixer -c ${device.card}, F4`,
  }));
}
