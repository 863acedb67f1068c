import type { IClientOptions, MqttClient } from "mqtt";
import type { Codec } from "../contract/codec.js";
import { anyNode, isBaseTopic, isClientName, isNodeName } from "../contract/names.js";
import type { OkReply, RecommendReply, ScoredSong } from "../contract/reply.js";
import type { RecommendRequest } from "../contract/request.js";
import type { PeakEvent } from "../contract/state.js";
import { nodeTopics, replyChannel, replyTopic, requestTopic } from "../contract/topics.js";
import { EarshotError } from "../errors.js";
import { borrowLine, openLine, type ReceivedMessage } from "./mqtt-line.js";
import { createPendingQuestions } from "./pending-questions.js";
import { createRecentIds } from "./recent-ids.js";

export type { OkReply, RecommendResult } from "../contract/reply.js";
export type { PeakEvent } from "../contract/state.js";
export { EarshotError, type ErrorCode } from "../errors.js";

/** Where and as whom a program asks; every part may be left out. */
export interface ConnectOptions {
  /** `<base>` in the topics, default `earshot`. */
  readonly base?: string;
  /** Who answers: a node's name, or `any` (the default), whichever recommender is there. */
  readonly node?: string;
  /** `<client>` in the topics, 1 to 64 of `A-Z a-z 0-9 _ -`, default a new one; no two at a time. */
  readonly clientId?: string;
  readonly username?: string;
  readonly password?: string;
  /** 5, 4 (MQTT 3.1.1), or auto (the default): 5 where the broker has it. */
  readonly version?: 4 | 5 | "auto";
  /** How long one connect may take, in milliseconds, default 10,000. */
  readonly connectTimeoutMs?: number;
  /** What else mqtt.js takes, such as `ca` or `reconnectPeriod`. */
  readonly mqtt?: IClientOptions;
}

/** What is asked beside the title; the keys are those of a request in docs/mqtt.md. */
export interface RecommendOptions {
  /** 1 to 100 songs. */
  readonly limit?: number;
  /** For each column the lowest and the highest value, such as `{ year: [1970, 1985] }`. */
  readonly filters?: Readonly<Record<string, readonly [lowest: number, highest: number]>>;
  readonly maxPerArtist?: number;
  /** How long to wait for the reply, in milliseconds, default 10,000. */
  readonly timeoutMs?: number;
  /** Asked again, under the same id, after so many milliseconds without a reply; default 3000, 0 is never. */
  readonly retryAfterMs?: number;
  /** Ends the waiting; its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** A song by its title (and artist), or by the `id` that an earlier reply named. */
export type Song =
  | { readonly title: string; readonly artist?: string }
  | { readonly song_id: string };

/** A refusal by the node. */
export class RecommendError extends EarshotError {
  /** With `not_found`: songs that may have been meant, the nearest first. */
  readonly suggestions: readonly ScoredSong[];

  constructor({ code, message, suggestions }: (RecommendReply & { status: "error" })["error"]) {
    super(code, message);
    this.suggestions = suggestions ?? [];
  }
}

/** Ends what was begun with `onPeak` or `onStatus`. */
export type Unsubscribe = () => Promise<void>;

/** A program's line to the nodes of one base topic. */
export interface EarshotClient {
  /** `<client>` in the topics. */
  readonly clientId: string;
  /**
   * Asks for the songs nearest by sound.
   *
   * @throws RecommendError with the contract's code, such as `not_found`; EarshotError `timeout`
   *   when nobody answers, `broker_unavailable` when the broker refuses the request, is away for the
   *   whole time, or the line is closed; the signal's reason
   */
  recommend(song: string | Song, options?: RecommendOptions): Promise<OkReply>;
  /**
   * Calls for every sound that a node hears, once for each.
   *
   * @param options `node`: one node instead of all
   */
  onPeak(listener: (peak: PeakEvent) => void, options?: { node?: string }): Promise<Unsubscribe>;
  /** Calls with the state of each node that is known, and with every change. */
  onStatus(
    listener: (status: "online" | "offline", node: string) => void,
    options?: { node?: string },
  ): Promise<Unsubscribe>;
  /** Ends the connection, unless it was the program's own, and every waiting. */
  close(): Promise<void>;
}

const defaultTimeoutMs = 10_000;
const defaultRetryAfterMs = 3000;
const everyNode = "+";

/**
 * Connects to the broker of one or more nodes.
 *
 * @param broker its URL, `mqtt:`, `mqtts:`, `ws:` or `wss:` (a browser has the last two); or a
 *   client of mqtt.js that the program has already
 * @throws EarshotError `broker_unavailable` with the broker's reason; `bad_usage` for a name that
 *   is none
 */
export async function connect(
  broker: string | { readonly client: MqttClient },
  options: ConnectOptions = {},
): Promise<EarshotClient> {
  const { base = "earshot", node = anyNode, clientId = createId() } = options;
  check("base", base, isBaseTopic(base));
  check("node", node, node === anyNode || isNodeName(node));
  check("clientId", clientId, isClientName(clientId));
  const line =
    typeof broker === "string"
      ? await openLine({
          url: broker,
          username: options.username,
          password: options.password,
          version: options.version ?? "auto",
          timeoutMs: options.connectTimeoutMs ?? defaultTimeoutMs,
          mqtt: options.mqtt ?? {},
        })
      : borrowLine(broker.client);
  const pending = createPendingQuestions(() => line.isConnected());
  line.onConnect(pending.sendAll);
  const address = { base, node };
  const replies = replyChannel(replyTopic(address, clientId));
  const ready = line.listen(replies.topic, decoding(replies.codec, pending.settle));
  try {
    await ready;
  } catch (error) {
    await line.close();
    throw error;
  }
  const topicsOf = (name: string | undefined) => nodeTopics({ base, node: name ?? everyNode });
  return {
    clientId,
    async recommend(song, recommendOptions = {}) {
      const id = createId();
      const request = JSON.stringify({ ...toRequest(song, recommendOptions), id });
      const send = (): Promise<void> => line.send(requestTopic(address, clientId), request);
      const reply = await pending.ask(id, send, {
        timeoutMs: recommendOptions.timeoutMs ?? defaultTimeoutMs,
        retryAfterMs: recommendOptions.retryAfterMs ?? defaultRetryAfterMs,
        signal: recommendOptions.signal,
      });
      if (reply.status === "error") throw new RecommendError(reply.error);
      return reply;
    },
    async onPeak(listener, { node: name } = {}) {
      const { topic, codec } = topicsOf(name).micPeak;
      // QoS 1 may bring an event twice.
      const isNew = createRecentIds();
      const take = decoding(codec, (peak) => {
        if (isNew(peak.id)) listener(peak);
      });
      return await line.listen(topic, (message) => {
        // An event that somebody has retained is an old one.
        if (!message.retain) take(message);
      });
    },
    async onStatus(listener, { node: name } = {}) {
      const { topic, codec } = topicsOf(name).status;
      return await line.listen(
        topic,
        decoding(codec, (status, from) => {
          listener(status, from.slice(base.length + 1).split("/")[0] ?? "");
        }),
      );
    },
    async close() {
      pending.failAll(new EarshotError("broker_unavailable", "the client was closed"));
      await line.close();
    },
  };
}

/** Anybody may publish nonsense: what cannot be decoded is passed over. */
function decoding<Value>(
  codec: Pick<Codec<Value>, "decode">,
  take: (value: Value, topic: string) => void,
): (message: ReceivedMessage) => void {
  return ({ payload, topic }) => {
    let value: Value;
    try {
      value = codec.decode(payload);
    } catch {
      return;
    }
    take(value, topic);
  };
}

function toRequest(song: string | Song, options: RecommendOptions): Partial<RecommendRequest> {
  const { limit, filters, maxPerArtist } = options;
  return {
    ...(typeof song === "string" ? { title: song } : song),
    ...(limit === undefined ? {} : { limit }),
    ...(filters === undefined ? {} : { filters: toPairs(filters) }),
    ...(maxPerArtist === undefined ? {} : { max_per_artist: maxPerArtist }),
  };
}

function toPairs(filters: NonNullable<RecommendOptions["filters"]>) {
  return Object.fromEntries(
    Object.entries(filters).map(([column, [lowest, highest]]): [string, [number, number]] => [
      column,
      [lowest, highest],
    ]),
  );
}

/** `randomUUID` is missing from pages that a browser got without TLS. */
function createId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function check(name: string, value: string, isValid: boolean): void {
  if (!isValid) throw new EarshotError("bad_usage", `${name}: ${JSON.stringify(value)} is no name`);
}
