import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Service } from "./lifecycle.js";
import { replaceFile } from "./storage/durable-files.js";

const nodeFileSchema = z.object({
  base: z.string(),
  node: z.string(),
  broker: z.object({
    host: z.string(),
    port: z.int(),
    /** Only for an external broker, whose scheme and path cannot be told from host and port. */
    url: z.url().optional(),
  }),
});

/** Where a running node of this machine can be reached. */
export type NodeFile = Readonly<z.infer<typeof nodeFileSchema>>;

/**
 * A service that leaves a note in the data folder while the node runs, so that `earshot ask` finds
 * it whatever its port is, and takes the note away afterwards.
 */
export function createNodeFile(dataDir: string, content: () => NodeFile | undefined): Service {
  const path = pathOf(dataDir);
  return {
    name: "node file",
    async start() {
      const note = content();
      if (note === undefined) return;
      await replaceFile(path, `${JSON.stringify(note)}\n`);
    },
    async stop() {
      await rm(path, { force: true });
    },
  };
}

/** Reads the note; `undefined` when there is none or it cannot be understood. */
export async function readNodeFile(dataDir: string): Promise<NodeFile | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(pathOf(dataDir), "utf8"));
    return nodeFileSchema.parse(content);
  } catch {
    return undefined;
  }
}

function pathOf(dataDir: string): string {
  return join(dataDir, "node.json");
}
