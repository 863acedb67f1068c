import type { Config } from "../config/schema.js";
import type { Info } from "../contract/state.js";
import type { Log } from "../lifecycle.js";
import { type CaptureDevice, listCaptureDevices } from "../mic/devices.js";
import { diagnoseMicrophone } from "../mic/diagnosis.js";
import { formatLevelBar } from "../mic/level-bar.js";
import type { MeasuredLevel } from "../mic/measure-level.js";
import type { Check } from "./doctor-check.js";

const listenSeconds = 2;
const barColumns = 20;

/** The capture devices, each with the name to put into the configuration. */
export async function checkDevices(config: Config["mic"]): Promise<Check> {
  const name = "sound cards";
  const { devices, problem } = await listCaptureDevices();
  const facts = { devices };
  if (devices.length === 0) {
    const reason = problem === undefined || /no soundcards/u.test(problem) ? "" : ` (${problem})`;
    const message = `no microphone is plugged in${reason}`;
    return { name, state: "warning", message, facts };
  }
  const isChosen = devices.some((device) => device.name === config.device);
  const hint = isChosen ? "" : "; choose one with mic.device in the configuration";
  const message = `${devices.length} that can record${hint}`;
  return { name, state: "ok", message, lines: describeDevices(devices, config.device), facts };
}

function describeDevices(devices: readonly CaptureDevice[], chosen: string): readonly string[] {
  const columns = Math.max(...devices.map(({ name }) => name.length));
  return devices.map(({ name, description }) => {
    const mark = name === chosen ? "  (mic.device)" : "";
    return `${name.padEnd(columns)}  ${description}${mark}`;
  });
}

export interface MicrophoneCheckOptions {
  readonly config: Config["mic"];
  /** The node that runs here, if one does. */
  readonly node: Info | undefined;
  readonly log: Log;
  /** For a live bar, dBFS. */
  readonly onLevel: (levelDb: number) => void;
}

const name = "microphone";

/** Records two seconds with the configured device and says what is wrong, one check a finding. */
export async function checkMicrophone(options: MicrophoneCheckOptions): Promise<readonly Check[]> {
  const { config, node, log, onLevel } = options;
  const { device, rateHz } = config;
  const { level, findings } = await diagnoseMicrophone({
    device,
    rateHz,
    seconds: listenSeconds,
    log,
    onLevel,
  });
  const facts = { device, enabled: config.enabled, ...(level === undefined ? {} : { level }) };
  const isHeld = findings.some(({ code }) => code === "device busy");
  if (isHeld && node?.mic?.state === "listening") {
    const message = `node ${node.node} holds ${device} and listens (earshot ask shows its level)`;
    return [{ name, state: "ok", message, facts }];
  }
  const note = config.enabled ? "" : " (mic.enabled is false: the node does not listen)";
  if (findings.length === 0 && level !== undefined) {
    return [{ name, state: "ok", message: `${describeLevel(device, level)}${note}`, facts }];
  }
  // Nobody misses a microphone that is switched off.
  const state = config.enabled ? "fault" : "warning";
  return findings.map(({ code, message }) => {
    return { name, state, message: `${message}${note}`, facts: { ...facts, finding: code } };
  });
}

function describeLevel(device: string, { levelDb, peakDb }: MeasuredLevel): string {
  const bar = formatLevelBar(levelDb, { width: barColumns });
  return `${device} hears ${bar}, at most ${peakDb.toFixed(1)}`;
}
