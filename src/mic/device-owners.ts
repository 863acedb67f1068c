import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/** A program that has a file open. */
export interface FileOwner {
  readonly pid: number;
  /** The program's name as `ps` shows it. */
  readonly program: string;
}

/** The file through which a capture device is used. Source: Linux, sound/core/pcm.c. */
export function capturePath(card: number, device: number): string {
  return `/dev/snd/pcmC${card}D${device}c`;
}

/**
 * The other processes that have `path` open, out of /proc; empty where there is no /proc.
 *
 * Without root only the own user's processes can be looked into, so the list may be short.
 */
export async function findOwners(path: string): Promise<readonly FileOwner[]> {
  const entries = await readdir("/proc").catch(() => []);
  const pids = entries.map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  const owners = await Promise.all(pids.map((pid) => ownerOf(pid, path)));
  return owners.filter((owner) => owner !== undefined);
}

async function ownerOf(pid: number, path: string): Promise<FileOwner | undefined> {
  try {
    const folder = join("/proc", String(pid), "fd");
    const descriptors = await readdir(folder);
    const targets = await Promise.all(
      descriptors.map((name) => readlink(join(folder, name)).catch(() => "")),
    );
    if (!targets.includes(path)) return undefined;
    const program = await readFile(join("/proc", String(pid), "comm"), "utf8");
    return { pid, program: program.trim() };
  } catch {
    // Not ours to look into, or gone in the meantime.
    return undefined;
  }
}

/** `pulseaudio (pid 812), arecord (pid 9)`. */
export function describeOwners(owners: readonly FileOwner[]): string {
  return owners.map(({ program, pid }) => `${program} (pid ${pid})`).join(", ");
}
