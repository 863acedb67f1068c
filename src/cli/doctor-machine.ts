import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { readUsers } from "../broker/users/user-store.js";
import { checkAvailability } from "../config/availability.js";
import type { LoadedConfig } from "../config/load.js";
import { messageOf } from "../errors.js";
import type { Check } from "./doctor-check.js";

/** The least version of Node.js, as `engines` in package.json has it. */
export const leastNodeVersion = "20.19.0";

/** A catalogue of a million songs takes about 300 MB while it is built. */
const scarceMegabytes = 500;

/** @param version as in `process.versions.node` */
export function checkNodeVersion(version: string): Check {
  const isEnough = version.localeCompare(leastNodeVersion, "en", { numeric: true }) >= 0;
  return isEnough
    ? { name: "Node.js", state: "ok", message: version }
    : {
        name: "Node.js",
        state: "fault",
        message: `${version} is too old: Earshot needs ${leastNodeVersion} or later (sudo apt install nodejs, or nodejs.org)`,
      };
}

/** Which configuration is in force; a key or value that is wrong has ended the command before. */
export async function checkConfiguration({ config, file, sources }: LoadedConfig): Promise<Check> {
  const name = "configuration";
  try {
    const users = await readUsers({
      dataDir: config.data.dir,
      configured: config.broker.users,
    });
    checkAvailability(config, users.size > 0);
  } catch (error) {
    return { name, state: "fault", message: messageOf(error) };
  }
  const others = [...sources].filter(([, source]) => source !== "default" && source !== file);
  const place = file ?? "no file, only defaults";
  const besides = others.length === 0 ? "" : `, and ${others.map(([key]) => key).join(", ")}`;
  return { name, state: "ok", message: `${place}${besides} (all values: earshot config)` };
}

/** Whether the node can write where everything that it writes belongs. */
export async function checkDataFolder(folder: string): Promise<Check> {
  const name = "data folder";
  try {
    const existing = await findExisting(folder);
    await access(existing, constants.R_OK | constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(existing);
    const freeMegabytes = Math.floor((bavail * bsize) / 1e6);
    const isNew = existing !== folder ? ", made at the first start" : "";
    const message = `${folder} (${freeMegabytes} MB free${isNew})`;
    if (freeMegabytes >= scarceMegabytes) return { name, state: "ok", message };
    const hint = `a big catalogue needs ${scarceMegabytes} MB: free some, or set data.dir`;
    return { name, state: "warning", message: `${message}: ${hint}` };
  } catch (error) {
    const hint = "give it to the user who runs Earshot (sudo chown), or set data.dir to another";
    return {
      name,
      state: "fault",
      message: `${folder} cannot be used: ${messageOf(error)}: ${hint}`,
    };
  }
}

/** The folder itself, or the nearest one above it. */
async function findExisting(folder: string): Promise<string> {
  try {
    if ((await stat(folder)).isDirectory()) return folder;
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isMissing && dirname(folder) !== folder) return await findExisting(dirname(folder));
    throw error;
  }
  throw new Error("it is not a folder");
}
