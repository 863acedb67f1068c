import type { RunFault } from "./capture-run.js";
import { capturePath, describeOwners, findOwners } from "./device-owners.js";
import { findDevice, listCaptureDevices } from "./devices.js";
import { recorderProgram } from "./recorder.js";

/** What went wrong with a capture, as far as it can be told. */
export type FaultCause =
  | "program missing"
  | "device busy"
  | "device missing"
  | "no permission"
  | "no sound server"
  | "wrong format"
  | "no data"
  | "ended"
  | "unknown";

/** The patterns are those of arecord and of the C library's messages in English. */
const causes: readonly (readonly [RegExp, FaultCause])[] = [
  [/resource busy/iu, "device busy"],
  [/permission denied|operation not permitted/iu, "no permission"],
  [/connection refused|connection terminated/iu, "no sound server"],
  [/non available/iu, "wrong format"],
  [/no such device|no such file|unknown pcm|cannot find card|no soundcards/iu, "device missing"],
];

/** Sorts a fault by what has to be done about it. */
export function causeOf(fault: RunFault): FaultCause {
  if (fault.kind === "no data") return "no data";
  if (fault.kind === "not started") return fault.isMissing ? "program missing" : "unknown";
  if (fault.code === 0 || fault.signal !== null) return "ended";
  return causeOfLines(fault.stderr.split("\n")) ?? "unknown";
}

/** The last line that says a known cause decides: what came before was chatter, or survived. */
function causeOfLines(lines: readonly string[]): FaultCause | undefined {
  const own = lines.filter((line) => line.startsWith(recorderProgram)).toReversed();
  for (const line of own) {
    const known = causes.find(([pattern]) => pattern.test(line));
    if (known !== undefined) return known[1];
  }
  return undefined;
}

/**
 * Puts a fault into one sentence that says what to do, with the devices that are there and the
 * program that holds a busy one. Never rejects.
 *
 * @param device the configured device
 */
export async function explainFault(fault: RunFault, device: string): Promise<string> {
  const cause = causeOf(fault);
  switch (cause) {
    case "program missing":
      return process.platform === "linux"
        ? "arecord is not installed: sudo apt install alsa-utils"
        : "rec is not installed: it comes with sox";
    case "device busy":
      return `${device} is in use${await describeUser(device)}: end that program, or share the microphone through "pulse" or a dsnoop device`;
    case "device missing":
      return `there is no capture device ${device}: ${await describeDevices()}`;
    case "no permission":
      return `${device} may not be used: add the user to the group audio (sudo usermod -aG audio USER) and log in again`;
    case "no sound server":
      return `the sound server behind ${device} does not answer: start it, or name a card as in plughw:CARD=Device,DEV=0`;
    case "wrong format":
      return `${device} cannot record 16-bit mono at this rate: ${lastLineOf(fault)}; plughw: in place of hw: converts`;
    case "no data":
    case "ended":
    case "unknown":
      return describeEnd(fault);
  }
  return cause satisfies never;
}

function describeEnd(fault: RunFault): string {
  if (fault.kind === "not started") return fault.message;
  if (fault.kind === "no data") {
    return `no data from ${recorderProgram} for ${fault.afterMs / 1000} s: the device hangs; unplug it and plug it in again if this stays`;
  }
  const lastLine = lastLineOf(fault);
  const how = fault.signal === null ? `with exit code ${fault.code}` : `by ${fault.signal}`;
  return `${recorderProgram} ended ${how}${lastLine === "" ? "" : `: ${lastLine}`}`;
}

function lastLineOf(fault: RunFault): string {
  if (fault.kind !== "exit") return "";
  return fault.stderr.trim().split("\n").at(-1)?.trim() ?? "";
}

async function describeDevices(): Promise<string> {
  const { devices, problem } = await listCaptureDevices();
  if (devices.length > 0) return `there are ${devices.map(({ name }) => name).join(", ")}`;
  return problem === undefined || /no soundcards/u.test(problem)
    ? "no microphone is plugged in"
    : problem;
}

/** ` by arecord (pid 7)`, or nothing when it cannot be told. */
async function describeUser(device: string): Promise<string> {
  const { devices } = await listCaptureDevices();
  const target = findDevice(devices, device);
  if (target === undefined) return "";
  const owners = await findOwners(capturePath(target.card, target.device));
  return owners.length === 0 ? "" : ` by ${describeOwners(owners)}`;
}
