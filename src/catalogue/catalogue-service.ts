import { join } from "node:path";
import type { Bus } from "../bus/bus.js";
import type { CatalogueState } from "../contract/state.js";
import type { NodeTopics } from "../contract/topics.js";
import { messageOf } from "../errors.js";
import type { Log, Service } from "../lifecycle.js";
import { programRoot } from "../program.js";
import type { Catalogue } from "./catalogue.js";
import { watchCurrent } from "./current-watch.js";
import { createLiveCatalogue } from "./live-catalogue.js";
import type { Manifest } from "./manifest.js";
import { openAtStart } from "./starter.js";

/** Keeps the live catalogue open and says on `<n>/catalogue` which one it is. */
export interface CatalogueService extends Service {
  /** The live catalogue; `undefined` before the start and after the stop. */
  live(): Catalogue | undefined;
  /** What is published about it. */
  state(): CatalogueState | undefined;
  /** Numbers for `health`. */
  statistics(): Readonly<Record<string, number>>;
}

export interface CatalogueServiceOptions {
  readonly bus: Bus;
  readonly topics: NodeTopics;
  readonly dataDir: string;
  readonly log: Log;
  /** Called after the live catalogue has become another one while the node runs. */
  readonly onChange?: () => void;
}

const starterCsv = join(programRoot, "data", "starter.csv");

/**
 * Creates the service that opens the catalogue, builds the starter where there is none, and changes
 * over when the file `current` names another one.
 */
export function createCatalogueService(options: CatalogueServiceOptions): CatalogueService {
  const { bus, topics, dataDir, log, onChange } = options;
  const live = createLiveCatalogue({
    dataDir,
    log,
    onChange(catalogue) {
      readAhead(catalogue);
      bus.publish(topics.catalogue, describe(catalogue.manifest)).catch((error: unknown) => {
        log.debug({ reason: messageOf(error) }, "catalogue not published");
      });
      onChange?.();
    },
  });
  const follow = (): void => {
    live.follow().catch((error: unknown) => {
      log.error({ reason: messageOf(error) }, "the live catalogue could not be looked after");
    });
  };
  let isStarting = false;
  let isFollowDue = false;
  const watch = watchCurrent({
    dataDir,
    log,
    onWritten() {
      if (isStarting) isFollowDue = true;
      else follow();
    },
  });

  function readAhead(catalogue: Catalogue): void {
    catalogue.warmUp().catch((error: unknown) => {
      log.warn({ reason: messageOf(error) }, "songs could not be read ahead");
    });
  }

  return {
    name: "catalogue",
    live: () => live.get(),
    state() {
      const catalogue = live.get();
      return catalogue === undefined ? undefined : describe(catalogue.manifest);
    },
    statistics: () => ({ catalogue_damaged: live.isFallback() ? 1 : 0 }),
    async start() {
      isStarting = true;
      await watch.start();
      try {
        const catalogue = await openAtStart({ dataDir, starterCsv, log });
        await live.begin(catalogue);
        await bus.publish(topics.catalogue, describe(catalogue.manifest));
        isStarting = false;
        if (isFollowDue) follow();
        readAhead(catalogue);
      } catch (error) {
        watch.stop();
        live.close();
        throw error;
      }
    },
    async stop() {
      watch.stop();
      live.close();
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
