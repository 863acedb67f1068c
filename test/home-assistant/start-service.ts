import { randomUUID } from "node:crypto";
import { createBus } from "../../src/bus/bus.js";
import type { Route } from "../../src/bus/connection.js";
import { createConnector } from "../../src/bus/negotiate.js";
import { createSideLine } from "../../src/bus/side-line.js";
import { nodeTopics } from "../../src/contract/topics.js";
import {
  createHomeAssistant,
  type HomeAssistantOptions,
} from "../../src/home-assistant/home-assistant.js";
import { createClearing } from "../../src/presence/clearing.js";
import { recordLog } from "../support/logs.js";
import { createManualClock } from "../support/manual-clock.js";
import type { Cleanup } from "../support/temp-folder.js";

/** What a test says about a node; the rest is usual. */
export interface ServiceSettings {
  readonly port: number;
  readonly dataDir: string;
  readonly node?: string;
  readonly hasEars?: boolean;
  readonly config?: Partial<HomeAssistantOptions["config"]>;
  readonly isSharedBroker?: boolean;
}

/** A node's bus and its Home Assistant service, on a real broker, with a clock of the test's own. */
export async function startService(t: Cleanup, settings: ServiceSettings) {
  const { port, dataDir, node = "kitchen", hasEars = true, isSharedBroker = true } = settings;
  const address = { base: "earshot", node };
  const topics = nodeTopics(address);
  const route: Route = { kind: "url", url: `mqtt://127.0.0.1:${port}` };
  const connect = createConnector("auto");
  const line = createSideLine(connect, route);
  const log = recordLog();
  const bus = createBus({
    log,
    retryFirstConnect: true,
    onConnect: () => {
      service.connected();
    },
    connect: (events) =>
      connect({
        ...events,
        route,
        clientId: `test-${randomUUID()}`,
        will: { topic: topics.status.topic, payload: "offline" },
        timeoutMs: 5000,
      }),
  });
  const clock = createManualClock();
  const service = createHomeAssistant({
    bus,
    node: {
      address,
      version: "1.2.3",
      hasRecommender: true,
      micMode: hasEars ? "adaptive" : undefined,
    },
    config: {
      discovery: "auto",
      prefix: "homeassistant",
      statusTopic: "homeassistant/status",
      ...settings.config,
    },
    isSharedBroker,
    dataDir,
    log,
    clock,
    clear: createClearing(line),
    resend: () => bus.resend(),
  });
  const stop = async (): Promise<void> => {
    await service.stop();
    await bus.stop();
  };
  t.after(stop);
  await bus.start();
  await service.start();
  return { bus, clock, service, topics, log, stop };
}
