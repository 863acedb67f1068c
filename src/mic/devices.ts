import { execFile } from "node:child_process";
import { messageOf } from "../errors.js";

/** One capture device that the sound system knows. */
export interface CaptureDevice {
  /** The card's number; it may change when something is plugged in. */
  readonly card: number;
  /** The card's short name; it stays. */
  readonly cardName: string;
  readonly device: number;
  /** What a person would call it: `USB PnP Sound Device, USB Audio`. */
  readonly description: string;
  /** What to put into `mic.device`. */
  readonly name: string;
}

/** The devices, or why they could not be listed. */
export interface DeviceListing {
  readonly devices: readonly CaptureDevice[];
  readonly problem?: string;
}

const line = /^card (\d+): (\S+) \[(.*?)\], device (\d+): .*? \[(.*?)\]$/u;

/** Reads the output of `arecord -l` in the C locale; lines that are not devices are passed over. */
export function parseCaptureDevices(output: string): readonly CaptureDevice[] {
  return output.split("\n").flatMap((text) => {
    const [, card, cardName, cardTitle, device, deviceTitle] = line.exec(text.trim()) ?? [];
    if (cardName === undefined) return [];
    return {
      card: Number(card),
      cardName,
      device: Number(device),
      description: `${cardTitle}, ${deviceTitle}`,
      name: `plughw:CARD=${cardName},DEV=${device}`,
    };
  });
}

/** Runs `arecord -l`; never rejects and takes at most three seconds. */
export async function listCaptureDevices(): Promise<DeviceListing> {
  const { output, problem } = await runQuietly("arecord", ["-l"]);
  const devices = parseCaptureDevices(output);
  if (devices.length > 0 || problem === undefined) return { devices };
  return { devices, problem };
}

/** The device that a name such as `plughw:1,0` or `hw:CARD=Device,DEV=0` means, if it is there. */
export function findDevice(
  devices: readonly CaptureDevice[],
  name: string,
): CaptureDevice | undefined {
  const [, card, device] = /^\w+:(?:CARD=)?([\w-]+)(?:,(?:DEV=)?(\d+))?/u.exec(name) ?? [];
  return devices.find(
    (candidate) =>
      (candidate.cardName === card || String(candidate.card) === card) &&
      candidate.device === Number(device ?? 0),
  );
}

/** What a helper program wrote, and why it failed if it did. */
export interface ProgramOutput {
  readonly output: string;
  readonly problem?: string;
}

/** Runs a short helper program in the C locale, because its output is parsed. Never rejects. */
export function runQuietly(
  program: string,
  programArguments: readonly string[],
): Promise<ProgramOutput> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, LC_ALL: "C" }, timeout: 3_000, killSignal: 9 };
    execFile(program, programArguments, options, (error, stdout, stderr) => {
      if (error === null) resolve({ output: stdout });
      else if (error.code === "ENOENT") {
        resolve({ output: "", problem: `${program} is not installed` });
      } else {
        resolve({ output: stdout, problem: messageOf(stderr.trim() || error.message) });
      }
    });
  });
}
