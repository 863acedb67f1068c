import { anyNode } from "./names.js";
import { encodeReply, type OutgoingOkReply, type OutgoingReply } from "./encode-reply.js";
import { type Codec, jsonCodec, numberCodec, wordCodec } from "./codec.js";
import {
  lastReplySchema,
  maxLastReplyBytes,
  maxReplyBytes,
  type OkReply,
  type RecommendReply,
  replySchema,
} from "./reply.js";
import { encodeRequest, maxRequestBytes, type RecommendRequest, requestSchema } from "./request.js";
import {
  type CatalogueState,
  catalogueSchema,
  type Claim,
  claimSchema,
  type Health,
  healthSchema,
  type Info,
  infoSchema,
  maxStateBytes,
  type PeakEvent,
  peakSchema,
} from "./state.js";

/** One topic with everything that is always the same about it. */
export interface Channel<Payload, Sent = Payload> {
  readonly topic: string;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly codec: Codec<Payload, Sent>;
}

/** Which node, under which base: `<base>/<node>`. */
export interface NodeAddress {
  readonly base: string;
  readonly node: string;
}

const status = wordCodec(["online", "offline"]);
const micState = wordCodec(["listening", "paused", "unavailable"]);
const onOff = wordCodec(["ON", "OFF"]);
const askState = wordCodec(["waiting", "idle"]);
const decibel = numberCodec(1);
const info = jsonCodec<Info>(infoSchema, maxStateBytes);
const health = jsonCodec<Health>(healthSchema, maxStateBytes);
const catalogue = jsonCodec<CatalogueState>(catalogueSchema, maxStateBytes);
const peak = jsonCodec<PeakEvent>(peakSchema, maxStateBytes);
const reply: Codec<RecommendReply, OutgoingReply> = {
  ...jsonCodec<RecommendReply>(replySchema, maxReplyBytes),
  encode: encodeReply,
};
const lastReply: Codec<OkReply, OutgoingOkReply> = {
  ...jsonCodec<OkReply>(lastReplySchema, maxLastReplyBytes),
  encode: encodeReply,
};
const claim = jsonCodec<Claim>(claimSchema, 1024);
const press = wordCodec(["PRESS"]);
const request: Codec<RecommendRequest> = {
  ...jsonCodec<RecommendRequest>(requestSchema, maxRequestBytes),
  encode: encodeRequest,
};

/** Every topic of one node, as the contract lists them. */
export type NodeTopics = ReturnType<typeof nodeTopics>;

/** Builds the topics of a node; the only place where a topic of Earshot is spelt. */
export function nodeTopics({ base, node }: NodeAddress) {
  const root = `${base}/${node}`;
  const state = <P, S>(level: string, codec: Codec<P, S>): Channel<P, S> => ({
    topic: `${root}/${level}`,
    qos: 1,
    retain: true,
    codec,
  });
  return {
    status: state("status", status),
    info: state("info", info),
    health: { ...state("health", health), qos: 0 } satisfies Channel<Health>,
    catalogue: state("catalogue", catalogue),
    micState: state("mic/state", micState),
    micEnabled: state("mic/enabled", onOff),
    micThreshold: state("mic/threshold", decibel),
    micLevel: { ...state("mic/level", decibel), qos: 0, retain: false } satisfies Channel<number>,
    micPeak: { ...state("mic/peak", peak), retain: false } satisfies Channel<PeakEvent>,
    micEnabledSet: { topic: `${root}/mic/enabled/set`, codec: onOff },
    micThresholdSet: { topic: `${root}/mic/threshold/set`, codec: decibel },
    askState: state("ask/state", askState),
    lastReply: state("recommend/last", lastReply),
    /** Nodes only: who has this name? */
    claim: { ...state("claim", claim), retain: false } satisfies Channel<Claim>,
    /** Home Assistant's button: recommends for the last song again. */
    homeAssistantAgain: { topic: `${root}/ha/again`, codec: press },
    /** The filters on which this node takes requests: its own, and those for any recommender. */
    requestFilters: [requestTopic({ base, node }, "+"), anyRequestFilter(base)],
    /** The filters on which this node takes settings. */
    settingFilters: [`${root}/mic/+/set`],
  };
}

/** The filter of the requests for any recommender. */
export function anyRequestFilter(base: string): string {
  return requestTopic({ base, node: anyNode }, "+");
}

/** `<base>/<node>/recommend/request/<client>`; `+` as the client makes it a filter. */
export function requestTopic({ base, node }: NodeAddress, client: string): string {
  return `${base}/${node}/recommend/request/${client}`;
}

/** Requests of one client; never retained. */
export function requestChannel(address: NodeAddress, client: string): Channel<RecommendRequest> {
  return { topic: requestTopic(address, client), qos: 1, retain: false, codec: request };
}

/** Every topic of a node that stays on the broker when the node is gone. */
export function retainedTopics(address: NodeAddress): readonly string[] {
  return Object.values(nodeTopics(address)).flatMap((channel) =>
    "retain" in channel && channel.retain ? [channel.topic] : [],
  );
}

/** The reply channel that belongs to a client's requests. */
export function replyTopic({ base, node }: NodeAddress, client: string): string {
  return `${base}/${node}/recommend/reply/${client}`;
}

/** Replies go to a topic that the asker chose or that was derived; never retained. */
export function replyChannel(topic: string): Channel<RecommendReply, OutgoingReply> {
  return { topic, qos: 1, retain: false, codec: reply };
}

/** Filters under one base, for tools that watch every node. */
export function watchFilters(base: string): readonly string[] {
  return [
    `${base}/+/status`,
    `${base}/+/info`,
    `${base}/+/catalogue`,
    `${base}/+/mic/#`,
    `${base}/+/ask/state`,
    `${base}/+/recommend/request/+`,
    `${base}/+/recommend/reply/+`,
  ];
}
