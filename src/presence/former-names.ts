import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type NodeAddress, retainedTopics } from "../contract/topics.js";
import { messageOf } from "../errors.js";
import type { Log, Service } from "../lifecycle.js";
import { replaceFile } from "../storage/durable-files.js";
import type { Clear } from "./clearing.js";

const fileSchema = z.object({
  names: z.array(z.object({ base: z.string(), node: z.string() })),
});

export interface FormerNamesOptions {
  readonly address: NodeAddress;
  readonly dataDir: string;
  readonly log: Log;
  readonly clear: Clear;
  /** Told of each name that nothing more is to be done about. Never rejects. */
  readonly onForgotten?: (name: NodeAddress) => Promise<void>;
}

/** The service, and what to call after each connect. */
export interface FormerNames extends Service {
  connected(): void;
}

/**
 * Creates the service that leaves no ghosts: after a node was renamed it takes the retained
 * messages of its former name off the broker, unless another live node has that name by now. What
 * cannot be cleared, for want of a broker, is tried again with the next connect.
 */
export function createFormerNames(options: FormerNamesOptions): FormerNames {
  const { address, log } = options;
  const path = pathOf(options.dataDir);
  let names: readonly NodeAddress[] = [];
  let isUp = false;
  let working = Promise.resolve();

  const clear = async (): Promise<void> => {
    const left: NodeAddress[] = [];
    for (const name of names) {
      if (isSame(name, address)) continue;
      try {
        const isCleared = await options.clear(retainedTopics(name), name);
        await options.onForgotten?.(name);
        if (!isCleared) continue;
        log.info({ ...name }, "cleared what a former name of this node had left on the broker");
      } catch (error) {
        log.debug({ ...name, reason: messageOf(error) }, "a former name could not be cleared");
        left.push(name);
      }
    }
    await save([address, ...left]);
  };

  const save = async (next: readonly NodeAddress[]): Promise<void> => {
    const text = JSON.stringify({ names: next });
    if (text !== JSON.stringify({ names })) await replaceFile(path, `${text}\n`);
    names = next;
  };

  /** Never rejects. */
  const run = (): Promise<void> => {
    working = working.then(clear).catch((error: unknown) => {
      log.warn({ path, reason: messageOf(error) }, "this node's names could not be kept");
    });
    return working;
  };

  return {
    name: "former names",
    connected() {
      if (isUp && names.some((name) => !isSame(name, address))) void run();
    },
    async start() {
      names = await readNames(options.dataDir);
      isUp = true;
      await run();
    },
    async stop() {
      isUp = false;
      await working;
    },
  };
}

/** This node's name at its last start, and former ones that are still to be cleared. */
export async function readNames(dataDir: string): Promise<readonly NodeAddress[]> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(pathOf(dataDir), "utf8"))).names;
  } catch {
    return [];
  }
}

function pathOf(dataDir: string): string {
  return join(dataDir, "names.json");
}

function isSame(a: NodeAddress, b: NodeAddress): boolean {
  return a.base === b.base && a.node === b.node;
}
