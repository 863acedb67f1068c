import { setTimeout } from "node:timers/promises";
import { createLog } from "../log.js";
import type { Command, CommandCall } from "./command.js";
import { checkBridge } from "./doctor-bridge.js";
import { checkCatalogues, checkNativeParts } from "./doctor-catalogue.js";
import { type Check, formatCheck, toJson } from "./doctor-check.js";
import { checkConfiguration, checkDataFolder, checkNodeVersion } from "./doctor-machine.js";
import { checkDevices, checkMicrophone } from "./doctor-microphone.js";
import { checkNode } from "./doctor-node.js";
import { createLiveLine, type LiveLine } from "./live-line.js";

/** `earshot doctor`: looks at everything that a node needs and says what to do about it. */
export const doctorCommand: Command = {
  help: `Usage: earshot doctor [--json] [--config FILE] [--KEY VALUE …]

Checks what a node needs: Node.js, the configuration, the data folder, the native parts, the
catalogues, the broker or its port, the broker that a bridge leads to, and the microphone. Lists the
capture devices with the name to put into the configuration (mic.device), listens for two seconds
with the configured one, and keeps nothing of it but the level. Changes nothing.

  ok  it is fine      !   worth knowing      !!  it is wrong, and what to do

  --json   one JSON object: ok, and checks with name, state (ok, warning, fault), message

Exit codes: 0 nothing is wrong, 1 something is, 2 wrong use, or a configuration that is not valid.

Examples:
  earshot doctor
  earshot doctor --mic.device plughw:CARD=Device,DEV=0`,
  flags: { json: { type: "boolean" } },
  async run(call) {
    const { terminal } = call;
    const isJson = call.flags["json"] === true;
    const screen = createLiveLine(isJson ? { ...terminal, isInteractive: false } : terminal);
    // Cut short by Ctrl-C, the level must not stay in front of the last words.
    call.signal.addEventListener("abort", screen.clear, { once: true });
    const checks: Check[] = [];
    for await (const check of examine(call, screen)) {
      checks.push(check);
      screen.clear();
      if (!isJson) terminal.write(formatCheck(check, terminal));
    }
    const faults = checks.filter(({ state }) => state === "fault").length;
    if (isJson) {
      terminal.write(`${JSON.stringify({ ok: faults === 0, checks: checks.map(toJson) })}\n`);
    } else {
      terminal.write(`\n${summarise(faults)}\n`);
    }
    return faults === 0 ? 0 : 1;
  },
};

/** How long after the recorder's end a signal of the same key may still arrive. */
const signalMayFollowMs = 100;

/** One check after the other, the grounds before what stands on them. */
async function* examine({ loaded }: CommandCall, screen: LiveLine): AsyncGenerator<Check> {
  const { config } = loaded;
  yield checkNodeVersion(process.versions.node);
  yield await checkConfiguration(loaded);
  yield await checkDataFolder(config.data.dir);
  const native = await checkNativeParts();
  yield native;
  if (native.state === "ok") yield* await checkCatalogues(config.data.dir);
  const { check, node } = await checkNode(loaded);
  yield check;
  yield* await checkBridge(config);
  yield await checkDevices(config.mic);
  const microphone = await checkMicrophone({
    config: config.mic,
    node,
    log: await createLog({ level: "silent", isPretty: false, isColoured: false }),
    onLevel: screen.showLevel,
  });
  // Ctrl-C goes to the recorder too, and its end may be noticed first: that is no fault of its own.
  await setTimeout(signalMayFollowMs);
  yield* microphone;
}

function summarise(faults: number): string {
  if (faults === 0) return "Nothing is wrong.";
  return faults === 1 ? "One thing is wrong." : `${faults} things are wrong.`;
}
