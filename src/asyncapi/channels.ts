import type { z } from "zod";
import type { Codec } from "../contract/codec.js";
import { anyNode } from "../contract/names.js";
import { requestSchema } from "../contract/request.js";
import {
  type NodeTopics,
  nodeTopics,
  replyChannel,
  replyTopic,
  requestTopic,
} from "../contract/topics.js";

/** One form that a payload on a channel may have. */
export interface DescribedMessage {
  readonly name: string;
  readonly mediaType: Codec<unknown>["mediaType"];
  readonly schema: z.ZodType;
}

/** One channel of the contract, seen from the node. */
export interface DescribedChannel {
  readonly name: string;
  /** With `{base}`, `{node}` and `{client}` where those stand. */
  readonly address: string;
  readonly direction: "send" | "receive";
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly description: string;
  readonly messages: readonly DescribedMessage[];
  /** The name of the channel on which the answer comes. */
  readonly reply?: string;
}

type ChannelName = Exclude<keyof NodeTopics, "requestFilters" | "settingFilters">;

/** A channel without a sentence here does not compile. */
const descriptions: Readonly<Record<ChannelName, string>> = {
  status:
    "Whether the node is there. `online` comes last at the start; `offline` at the stop, and as the last will.",
  info: "What this node is.",
  health: "Flat numbers, every 60 s.",
  catalogue: "The live song catalogue.",
  micState: "Whether the node hears.",
  micEnabled: "Whether the microphone is switched on.",
  micThreshold:
    "The detector's threshold: dB above the noise floor (mic.mode adaptive), or dBFS (fixed).",
  micLevel: "The room's level, dBFS RMS, at most once a second.",
  micPeak:
    "One sound, told at its beginning. Never retained: a retained event would fire again. May come twice: tell by `id`.",
  micEnabledSet: "Switches the microphone; kept over a restart. Do not retain.",
  micThresholdSet: "Sets the threshold; clamped, kept over a restart. Do not retain.",
  askState: "`waiting` while the question that a peak has opened is not answered, else `idle`.",
  lastReply: "The last good reply, at most 8 KB.",
  claim:
    "Between nodes: a starting one asks whether its name is taken, and the node that has it says so.",
  homeAssistantAgain: "Home Assistant's button: asks for the last song again. Do not retain.",
};

const address = { base: "{base}", node: "{node}" };
const client = "{client}";
const anyAddress = { base: "{base}", node: anyNode };

/** Every channel of one node, out of the very codecs that read and write its messages. */
export function describeChannels(): readonly DescribedChannel[] {
  const { requestFilters: _requests, settingFilters: _settings, ...channels } = nodeTopics(address);
  return [
    ...Object.entries(channels).map(([name, channel]) => describeChannel(name, channel)),
    ...describeRequests("recommend", address),
    ...describeRequests("anyRecommend", anyAddress),
  ];
}

function describeChannel(
  name: string,
  channel: {
    readonly topic: string;
    readonly codec: Pick<Codec<unknown, never>, "schema" | "mediaType">;
    readonly qos?: 0 | 1;
    readonly retain?: boolean;
  },
): DescribedChannel {
  const { topic, codec, qos = 1, retain = false } = channel;
  return {
    name,
    address: topic,
    direction: "qos" in channel ? "send" : "receive",
    qos,
    retain,
    description: isDescribed(name) ? descriptions[name] : "",
    messages: [{ name, schema: codec.schema, mediaType: codec.mediaType }],
  };
}

function describeRequests(prefix: string, node: typeof address): readonly DescribedChannel[] {
  const whom = node === address ? "this node" : "whichever recommender is there";
  const { codec, qos, retain } = replyChannel(replyTopic(node, client));
  return [
    {
      name: `${prefix}Request`,
      address: requestTopic(node, client),
      direction: "receive",
      qos: 1,
      retain: false,
      description: `A request to ${whom}: a bare title, or JSON. At most 8192 bytes. Do not retain.`,
      messages: [
        { name: "title", mediaType: "text/plain", schema: requestSchema.shape.title.unwrap() },
        { name: "request", mediaType: "application/json", schema: requestSchema },
      ],
      reply: `${prefix}Reply`,
    },
    {
      name: `${prefix}Reply`,
      address: replyTopic(node, client),
      direction: "send",
      qos,
      retain,
      description:
        "One reply to each request, unless that named another topic by `reply_to` or the MQTT 5 Response Topic. Correlation Data comes back as it was sent.",
      messages: [{ name: "reply", mediaType: codec.mediaType, schema: codec.schema }],
    },
  ];
}

function isDescribed(name: string): name is ChannelName {
  return Object.hasOwn(descriptions, name);
}
