/**
 * A process with microphones and nothing else, for tests that kill it. Its arguments are the devices.
 * It prints `started` once the recorders have been started.
 */
import { createMicrophone } from "../../src/mic/microphone.js";
import { silentLog } from "./silent-log.js";

for (const device of process.argv.slice(2)) {
  const microphone = createMicrophone({
    config: { enabled: true, device },
    log: silentLog,
    onPeak() {},
    onLevel() {},
    onState() {},
  });
  await microphone.start();
}
setImmediate(() => process.stdout.write("started\n"));
