import { type NodeAddress, nodeTopics } from "../contract/topics.js";
import { deviceId, entityId } from "./device.js";
import type { Entities, Entity } from "./entity.js";
import { type MicMode, microphoneEntities } from "./microphone-entities.js";
import { nodeEntities } from "./node-entities.js";
import { recommenderEntities } from "./recommender-entities.js";

/** What there is to say about a node. */
export interface DescribedNode {
  readonly address: NodeAddress;
  readonly version: string;
  /** The detector's mode; absent where the node has no ears. */
  readonly micMode?: MicMode | undefined;
  readonly hasRecommender: boolean;
  /** A page about this node; absent where there is none. */
  readonly configurationUrl?: string | undefined;
}

/** A component as it is published; one with nothing but its platform removes the entity. */
type Component = { readonly platform: string } | (Entity & { readonly unique_id: string });

/**
 * The message of device discovery: one device with all of its entities
 * (https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload).
 */
export interface DiscoveryPayload {
  readonly device: Readonly<Record<string, unknown>>;
  readonly origin: Readonly<Record<string, string>>;
  readonly availability: readonly { readonly topic: string }[];
  readonly components: Readonly<Record<string, Component>>;
}

/** Describes a node with the entities that its roles give it. */
export function describeNode(described: DescribedNode): DiscoveryPayload {
  const { address, version, configurationUrl, micMode } = described;
  const topics = nodeTopics(address);
  const entities: Entities = {
    ...(micMode === undefined ? {} : microphoneEntities(topics, micMode)),
    ...(described.hasRecommender ? recommenderEntities(address, topics) : {}),
    ...nodeEntities(topics),
  };
  return {
    device: {
      identifiers: [deviceId(address)],
      name: `Earshot ${address.node}`,
      manufacturer: "Earshot",
      model: "Earshot node",
      sw_version: version,
      ...(configurationUrl === undefined ? {} : { configuration_url: configurationUrl }),
    },
    origin: { name: "Earshot", sw_version: version },
    availability: [{ topic: topics.status.topic }],
    components: toComponents(address, entities),
  };
}

/**
 * The same message with entities that are to go: those are left with their platform alone. They
 * come first, because Home Assistant ends with a message at the first component on which it is
 * still at work (core, mqtt/discovery.py, `discovery_pending_discovered`).
 */
export function withRemoved(
  payload: DiscoveryPayload,
  removed: Readonly<Record<string, string>>,
): DiscoveryPayload {
  const gone = Object.entries(removed).map(([key, platform]) => [key, { platform }] as const);
  return { ...payload, components: { ...Object.fromEntries(gone), ...payload.components } };
}

function toComponents(
  address: NodeAddress,
  entities: Entities,
): Readonly<Record<string, Component>> {
  const components = Object.entries(entities).map(([key, entity]) => {
    const { platform } = entity;
    const names = {
      unique_id: `${deviceId(address)}_${key}`,
      default_entity_id: entityId({ platform, node: address.node, key }),
    };
    return [key, { ...entity, ...names }] as const;
  });
  return Object.fromEntries(components);
}
