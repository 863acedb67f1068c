/** The kinds of entities that a node has in Home Assistant. */
export type Platform =
  | "binary_sensor"
  | "button"
  | "event"
  | "number"
  | "sensor"
  | "switch"
  | "text";

/**
 * One entity, as the page of its platform describes it
 * (https://www.home-assistant.io/integrations/sensor.mqtt/ and its neighbours), without what all
 * have in common: `unique_id` and `default_entity_id` are made from its key.
 */
export interface Entity {
  readonly platform: Platform;
  readonly name: string;
  readonly icon: string;
  readonly [option: string]: unknown;
}

/** Entities by key. A key is for ever: the history of an entity hangs on it. */
export type Entities = Readonly<Record<string, Entity>>;
