import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Service } from "./lifecycle.js";
import { replaceFile } from "./storage/durable-files.js";

/** The user as whom this machine's commands sign in; no user can be given such a name. */
export const cliUserName = "$cli";

const cliAccessSchema = z.object({ username: z.literal(cliUserName), password: z.string() });

/** Name and password of this run for `earshot ask`, `watch` and the others. */
export type CliAccess = Readonly<z.infer<typeof cliAccessSchema>>;

/** A name and a password that hold for one run of the node. */
export function makeCliAccess(): CliAccess {
  return { username: cliUserName, password: randomBytes(24).toString("base64url") };
}

/**
 * A service that leaves them in the data folder while the node runs, in a file that only the node's
 * own account and root can read: whoever may read it could add users as well.
 */
export function createCliAccessFile(dataDir: string, access: CliAccess): Service {
  const path = pathOf(dataDir);
  return {
    name: "cli access file",
    async start() {
      await replaceFile(path, `${JSON.stringify(access)}\n`, { isPrivate: true });
    },
    async stop() {
      await rm(path, { force: true });
    },
  };
}

/** Reads them; `undefined` when no node runs out of this folder, or the file may not be read. */
export async function readCliAccess(dataDir: string): Promise<CliAccess | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(pathOf(dataDir), "utf8"));
    return cliAccessSchema.parse(content);
  } catch {
    return undefined;
  }
}

function pathOf(dataDir: string): string {
  return join(dataDir, "cli-access.json");
}
