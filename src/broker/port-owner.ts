import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** `st` column of /proc/net/tcp for a listening socket. */
const listenState = "0A";

/**
 * Names the program that listens on a TCP port of this machine, such as `mosquitto (process 712)`.
 *
 * Linux only. `undefined` when it cannot be told: nobody listens, or the program belongs to another
 * user whose files this one may not see.
 */
export function findPortOwner(port: number): string | undefined {
  const inodes = new Set(
    ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => inodesOn(file, port)),
  );
  if (inodes.size === 0) return undefined;
  for (const pid of list("/proc").filter((name) => /^\d+$/u.test(name))) {
    if (list(`/proc/${pid}/fd`).some((fd) => inodes.has(socketInode(`/proc/${pid}/fd/${fd}`)))) {
      return `${programName(pid)} (process ${pid})`;
    }
  }
  return undefined;
}

/** Lines look like `0: 0100007F:075B 00000000:0000 0A … inode`; the port is in hexadecimal. */
function inodesOn(file: string, port: number): readonly string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return read(file)
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/u))
    .filter((columns) => columns[1]?.endsWith(wanted) === true && columns[3] === listenState)
    .map((columns) => columns[9] ?? "");
}

function socketInode(link: string): string {
  try {
    return /^socket:\[(\d+)\]$/u.exec(readlinkSync(link))?.[1] ?? "";
  } catch {
    return "";
  }
}

function programName(pid: string): string {
  return read(`/proc/${pid}/comm`).trim() || "a program";
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
