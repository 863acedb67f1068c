import { isDeepStrictEqual } from "node:util";
import { type DescribedChannel, describeChannels } from "../../src/asyncapi/channels.js";
import type { PublishedMessage } from "../../src/bus/published-messages.js";
import { decodeRequest } from "../../src/contract/request.js";
import { messageOf } from "../../src/errors.js";

const patterns: Readonly<Record<string, string>> = {
  base: "[\\w-]+(?:/[\\w-]+){0,3}",
  node: "[a-z0-9_-]{1,32}",
  client: "[\\w-]{1,64}",
};

const channels = describeChannels().map((channel) => ({
  channel,
  pattern: new RegExp(
    `^${channel.address.replaceAll(/\{(\w+)\}/gu, (_, name: string) => patterns[name] ?? "")}$`,
    "u",
  ),
}));

/**
 * What is wrong with a message that a node or a command has published, by the contract as
 * docs/asyncapi.yaml tells it; `undefined` when nothing is.
 */
export function findViolation(published: PublishedMessage): string | undefined {
  const { topic, options } = published;
  const payload = Buffer.from(published.payload).toString();
  // An empty retained payload takes a topic's message away.
  if (payload === "" && options.retain) return undefined;
  // `any` is a node's name by its letters, so its own channels, which are the last, come first.
  const found = channels.findLast(({ pattern }) => pattern.test(topic))?.channel;
  const reply = channels.find(({ channel }) => channel.name === "recommendReply")?.channel;
  // An asker may have the reply where it likes; what is not below our base is somebody else's form.
  const channel = found ?? (topic.startsWith("earshot/") ? reply : undefined);
  if (channel === undefined) return undefined;
  const { qos, retain } = options;
  if (qos !== channel.qos || retain !== channel.retain) {
    return `${topic}: QoS ${qos}, retain ${retain}, but ${channel.name} has QoS ${channel.qos}, retain ${channel.retain}`;
  }
  const problems = channel.messages.map((message) => checkPayload(message, payload));
  return problems.includes(undefined)
    ? undefined
    : `${topic} is no ${channel.name}: ${problems.join("; ")}: ${payload.slice(0, 300)}`;
}

function checkPayload(
  { name, mediaType, schema }: DescribedChannel["messages"][number],
  payload: string,
): string | undefined {
  if (name === "title" || name === "request") {
    const request = decodeRequest(Buffer.from(payload));
    // What a person typed may be refused; that is the contract, too.
    return request.ok ? undefined : request.error.message;
  }
  try {
    const isNumber = /^-?\d+(?:\.\d+)?$/u.test(payload);
    const value: unknown =
      mediaType === "application/json" || isNumber ? JSON.parse(payload) : payload;
    // Parsed strictly: a key that the schema does not know is one that the document does not tell.
    return isDeepStrictEqual(schema.parse(value), value) ? undefined : "it has an unknown key";
  } catch (error) {
    return messageOf(error);
  }
}
