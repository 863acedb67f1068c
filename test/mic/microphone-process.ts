/**
 * A process with a microphone and nothing else, for tests that kill it. Its argument is the device.
 * It prints each state on a line.
 */
import { createMicrophone } from "../../src/mic/microphone.js";
import { silentLog } from "./silent-log.js";

const microphone = createMicrophone({
  config: { enabled: true, device: process.argv[2] ?? "default" },
  log: silentLog,
  onPeak() {},
  onLevel() {},
  onState: ({ state }) => process.stdout.write(`${state}\n`),
});
await microphone.start();
