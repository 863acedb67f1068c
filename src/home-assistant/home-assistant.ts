import type { Bus } from "../bus/bus.js";
import type { Clock } from "../clock.js";
import { jsonCodec } from "../contract/codec.js";
import { maxStateBytes } from "../contract/state.js";
import { type Channel, nodeTopics } from "../contract/topics.js";
import { messageOf } from "../errors.js";
import type { Log, Service } from "../lifecycle.js";
import { z } from "zod";
import { handleAgainButton } from "./again-button.js";
import { type Announcement, openAnnouncedFile } from "./announced-file.js";
import { createBirthWatch } from "./birth-watch.js";
import { discoveryTopic } from "./device.js";
import { type DescribedNode, describeNode, withRemoved } from "./discovery-payload.js";
import { clearGhosts, type GhostTools } from "./ghosts.js";

export interface HomeAssistantOptions extends GhostTools {
  readonly bus: Bus;
  readonly node: DescribedNode;
  readonly config: {
    readonly discovery: "auto" | "true" | "false";
    readonly prefix: string;
    readonly statusTopic: string;
  };
  /** Whether what is published reaches a broker that other programs run: then `auto` means yes. */
  readonly isSharedBroker: boolean;
  readonly dataDir: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Told of topics of former devices that nothing more is to be done about. Never rejects. */
  readonly onForgotten?: (topics: readonly string[]) => Promise<void>;
  /** Sends every retained state again, for a broker that keeps nothing. */
  readonly resend: () => Promise<void>;
}

/** The node as a device in Home Assistant. */
export interface HomeAssistant extends Service {
  /** To be called after each connect: what could not be said without a broker is said now. */
  connected(): void;
}

const discoveryCodec = jsonCodec<unknown>(z.unknown(), maxStateBytes);

/**
 * Creates the service that shows the node to Home Assistant: one retained message of device
 * discovery, again after each birth message, and cleared away when it is not wanted any more.
 *
 * A broker that refuses all this costs a warning, never the node's start.
 */
export function createHomeAssistant(options: HomeAssistantOptions): HomeAssistant {
  const { bus, config, log, node } = options;
  const topic = discoveryTopic(config.prefix, node.address);
  const channel: Channel<unknown> = { topic, qos: 1, retain: true, codec: discoveryCodec };
  const payload = describeNode(node);
  const mine: Announcement = { topic, ...node.address, components: platformsOf(payload) };
  const file = openAnnouncedFile(options.dataDir, log);
  let announced: readonly Announcement[] = [];
  let isWanted = false;
  let isUp = false;

  const announce = async (): Promise<void> => {
    const former = announced.find((one) => one.topic === topic)?.components ?? {};
    const removed = Object.fromEntries(
      Object.entries(former).filter(([key]) => !(key in mine.components)),
    );
    // Before it is published: a node that dies in between must know what to clear.
    if (!announced.some((one) => one.topic === topic)) announced = [...announced, mine];
    await file.save(announced);
    // First without their options, which removes the entities, then without them.
    if (Object.keys(removed).length > 0) await bus.publish(channel, withRemoved(payload, removed));
    await bus.publish(channel, payload);
    if (bus.protocolVersion() === undefined) return;
    announced = announced.map((one) => (one.topic === topic ? mine : one));
    await file.save(announced);
  };

  const settle = async (): Promise<void> => {
    const isConnected = bus.protocolVersion() !== undefined;
    const ghosts = announced.filter((one) => one.topic !== topic || config.discovery === "false");
    if (isConnected && ghosts.length > 0) {
      const left = await clearGhosts(ghosts, { ...options, address: node.address });
      const gone = ghosts.filter((one) => !left.includes(one));
      announced = announced.filter((one) => !gone.includes(one));
      await options.onForgotten?.(gone.map((one) => one.topic));
      await file.save(announced);
    }
    if (isWanted) await announce();
  };

  /** One at a time: they share the file. Never rejects. */
  let working = Promise.resolve();
  const run = (what: string, work: () => Promise<void>): Promise<void> => {
    working = working.then(work).catch((error: unknown) => {
      log.warn({ topic, reason: messageOf(error) }, what);
    });
    return working;
  };

  const birth = createBirthWatch({
    clock: options.clock,
    onAnnounce: () => {
      isWanted = true;
      void run("the node could not be shown to Home Assistant", announce);
    },
    onState: () => {
      void run("the state could not be sent to Home Assistant again", options.resend);
    },
  });

  return {
    name: "home assistant",
    connected() {
      // The message itself is retained, so the bus repeats it; ghosts and removals are not.
      const isSettled = announced.every((one) => one === mine);
      if (isUp && !isSettled) void run("the node could not be shown to Home Assistant", settle);
    },
    async start() {
      announced = await file.load();
      isWanted = decide(
        options,
        announced.some((one) => one.topic === topic),
      );
      isUp = true;
      await run("the node could not be shown to Home Assistant", settle);
      if (config.discovery === "false") return;
      await run("Home Assistant's birth message cannot be heard", () =>
        bus.subscribe(config.statusTopic, ({ payload: word }) => {
          // Retained or not: with Retain As Published a live message may look like an old one.
          if (isUp) birth.observe(word);
        }),
      );
      if (!node.hasRecommender) return;
      await run("the button cannot be heard", () =>
        handleAgainButton({ bus, log, address: node.address, topics: nodeTopics(node.address) }),
      );
    },
    async stop() {
      isUp = false;
      birth.stop();
      await working;
    },
  };
}

/** On an embedded broker nobody may be there to see it, unless it has been seen before. */
function decide(options: HomeAssistantOptions, wasAnnounced: boolean): boolean {
  const { discovery } = options.config;
  if (discovery !== "auto") return discovery === "true";
  return options.isSharedBroker || wasAnnounced;
}

function platformsOf({
  components,
}: ReturnType<typeof describeNode>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(components).map(([key, { platform }]) => [key, platform]),
  );
}
