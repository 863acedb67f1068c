import { readlinkSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Service } from "./lifecycle.js";
import { replaceFile } from "./storage/durable-files.js";
import { isRunning, markPattern, processMark } from "./storage/process-mark.js";

const nodeFileSchema = z.object({
  base: z.string(),
  node: z.string(),
  broker: z.object({
    host: z.string(),
    port: z.int(),
    /** Only for an external broker, whose scheme and path cannot be told from host and port. */
    url: z.url().optional(),
  }),
  /** Who has left it; a killed node cannot take it away. Not in a note of an older version. */
  process: z
    .object({
      mark: z.string().regex(new RegExp(`^${markPattern}$`, "u")),
      /** Where the mark means anything. */
      place: z.string(),
    })
    .optional(),
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
      const left: NodeFile = { ...note, process: { mark: processMark, place: placeOfProcesses() } };
      await replaceFile(path, `${JSON.stringify(left)}\n`);
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

/**
 * Whether the node that left a note still runs; `undefined` where that cannot be told from here: a
 * note of another machine, of another container, or of an older version.
 */
export function isNodeRunning({ process }: NodeFile): boolean | undefined {
  return process?.place === placeOfProcesses() ? isRunning(process.mark) : undefined;
}

/** A container may share the machine's name, but has process ids of its own. */
function placeOfProcesses(): string {
  try {
    return `${hostname()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

function pathOf(dataDir: string): string {
  return join(dataDir, "node.json");
}
