import { z } from "zod";
import { type DescribedChannel, type DescribedMessage, describeChannels } from "./channels.js";

/** A JSON Schema or a part of the document: plain JSON. */
type Json = Readonly<Record<string, unknown>>;

const parameters: Readonly<Record<string, Json>> = {
  base: { default: "earshot", description: "mqtt.baseTopic; one to four levels." },
  node: { description: "A node's name: 1 to 32 of a-z, 0-9, _ and -." },
  client: { description: "The asker's name, chosen by itself: 1 to 64 of A-Z, a-z, 0-9, _ and -." },
};

/**
 * The contract as an AsyncAPI 3 document (https://www.asyncapi.com/docs/reference/specification/v3.0.0),
 * seen from the node: it sends what it says about itself and receives requests and settings.
 */
export function createAsyncApi(): Json {
  const channels = describeChannels();
  const messages = new Map(
    channels.flatMap((channel) => channel.messages.map((message) => [message.name, message])),
  );
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Earshot",
      version: "1.0.0",
      description:
        "A node hears a room and answers a song title with the songs that sound nearest to it.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    defaultContentType: "application/json",
    servers: {
      broker: {
        host: "127.0.0.1:1883",
        protocol: "mqtt",
        description: "The embedded broker, or the one at mqtt.url. MQTT 5 and 3.1.1.",
      },
    },
    channels: byName(channels, describeChannel),
    operations: byName(channels, describeOperation),
    components: {
      messages: Object.fromEntries(
        [...messages].map(([name, one]) => [name, describeMessage(one)]),
      ),
      schemas: jsonSchemas(),
    },
  };
}

/** The JSON Schema (draft 7, which AsyncAPI builds on) of each kind of message, by its name. */
export function jsonSchemas(): Readonly<Record<string, Json>> {
  const messages = describeChannels().flatMap((channel) => channel.messages);
  return Object.fromEntries(messages.map(({ name, schema }) => [name, toJsonSchema(schema)]));
}

function toJsonSchema(schema: z.ZodType): Json {
  // As input: a reader must let keys pass that a later version adds.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    unrepresentable: "throw",
  });
  return rest;
}

function byName(
  channels: readonly DescribedChannel[],
  describe: (channel: DescribedChannel) => Json,
): Json {
  return Object.fromEntries(channels.map((channel) => [channel.name, describe(channel)]));
}

function describeChannel({ address, description, messages }: DescribedChannel): Json {
  const names = [...address.matchAll(/\{(\w+)\}/gu)].map(([, name = ""]) => name);
  return {
    address,
    description,
    parameters: Object.fromEntries(names.map((name) => [name, parameters[name]])),
    messages: Object.fromEntries(
      messages.map(({ name }) => [name, { $ref: `#/components/messages/${name}` }]),
    ),
  };
}

function describeOperation({ name, direction, qos, retain, reply }: DescribedChannel): Json {
  return {
    action: direction,
    channel: { $ref: `#/channels/${name}` },
    bindings: { mqtt: { qos, retain, bindingVersion: "0.2.0" } },
    ...(reply === undefined ? {} : { reply: { channel: { $ref: `#/channels/${reply}` } } }),
  };
}

function describeMessage({ name, mediaType }: DescribedMessage): Json {
  return { name, contentType: mediaType, payload: { $ref: `#/components/schemas/${name}` } };
}
