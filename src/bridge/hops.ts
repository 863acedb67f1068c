import type { MessageProperties } from "../bus/properties.js";

/** Keeps messages from going round where bridges form a ring. */
export interface Hops {
  /** Whether a message has been here before, or has come over more bridges than anybody builds. */
  isRound(properties: MessageProperties | undefined): boolean;
  /** The properties of a message as this bridge hands it on. */
  mark(properties: MessageProperties | undefined): MessageProperties;
}

/** The User Property in which each bridge leaves its name. */
export const hopProperty = "earshot-bridge";
const maxHops = 4;

/**
 * Creates the marks of one bridge. They travel over MQTT 5 only; within one broker of 3.1.1 a ring
 * is kept open by the directions alone.
 *
 * @param id unlike that of any other bridge, such as one made anew for each run
 */
export function createHops(id: string): Hops {
  return {
    isRound(properties) {
      const hops = readHops(properties);
      return hops.includes(id) || hops.length >= maxHops;
    },
    mark(properties) {
      const hops = [...readHops(properties), id];
      return {
        ...properties,
        userProperties: { ...properties?.userProperties, [hopProperty]: hops },
      };
    },
  };
}

function readHops(properties: MessageProperties | undefined): readonly string[] {
  const given = properties?.userProperties?.[hopProperty] ?? [];
  return typeof given === "string" ? [given] : given;
}
