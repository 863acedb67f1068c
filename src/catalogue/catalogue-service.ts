import { join } from "node:path";
import type { Bus } from "../bus/bus.js";
import type { CatalogueState } from "../contract/state.js";
import type { NodeTopics } from "../contract/topics.js";
import { messageOf } from "../errors.js";
import type { Log, Service } from "../lifecycle.js";
import { programRoot } from "../program.js";
import type { Catalogue } from "./catalogue.js";
import type { Manifest } from "./manifest.js";
import { openAtStart } from "./starter.js";

/** Keeps the live catalogue open and says on `<n>/catalogue` which one it is. */
export interface CatalogueService extends Service {
  /** The live catalogue; `undefined` before the start and after the stop. */
  live(): Catalogue | undefined;
  /** What is published about it. */
  state(): CatalogueState | undefined;
}

export interface CatalogueServiceOptions {
  readonly bus: Bus;
  readonly topics: NodeTopics;
  readonly dataDir: string;
  readonly log: Log;
}

const starterCsv = join(programRoot, "data", "starter.csv");

/** Creates the service that opens the catalogue, and builds the starter where there is none. */
export function createCatalogueService(options: CatalogueServiceOptions): CatalogueService {
  const { bus, topics, dataDir, log } = options;
  let catalogue: Catalogue | undefined;
  return {
    name: "catalogue",
    live: () => catalogue,
    state: () => (catalogue === undefined ? undefined : describe(catalogue.manifest)),
    async start() {
      catalogue = await openAtStart({ dataDir, starterCsv, log });
      await bus.publish(topics.catalogue, describe(catalogue.manifest));
      catalogue.warmUp().catch((error: unknown) => {
        log.warn({ reason: messageOf(error) }, "songs could not be read ahead");
      });
    },
    async stop() {
      catalogue?.close();
      catalogue = undefined;
    },
  };
}

function describe(manifest: Manifest): CatalogueState {
  const { name, version, songs, features, dimensions, built_at, sha256, note } = manifest;
  return {
    name,
    version,
    songs,
    features: features.map((feature) => feature.name),
    dimensions,
    built_at,
    sha256,
    ...(note === undefined ? {} : { note }),
  };
}
