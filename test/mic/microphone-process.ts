/**
 * A process with a microphone and nothing else, for tests that kill it. Its argument is the device.
 * It prints `started` once a recorder has been started.
 */
import { createMicrophone } from "../../src/mic/microphone.js";
import { silentLog } from "./silent-log.js";

const microphone = createMicrophone({
  config: { enabled: true, device: process.argv[2] ?? "default" },
  log: silentLog,
  onPeak() {},
  onLevel() {},
  onState() {},
});
await microphone.start();
setImmediate(() => process.stdout.write("started\n"));
