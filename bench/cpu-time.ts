import { readFile } from "node:fs/promises";
import { cpus } from "node:os";

/** The kernel counts CPU time in hundredths of a second (`USER_HZ`). */
const msPerTick = 10;

/** CPU time that a process has used, all its threads, in milliseconds. */
export async function processCpuMs(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // Behind the name, which may hold anything: utime and stime are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}

/** CPU time that everybody on this machine has used, in milliseconds. */
export function machineCpuMs(): number {
  const times = cpus().map(({ times }) => times.user + times.nice + times.sys + times.irq);
  return times.reduce((sum, time) => sum + time, 0);
}
