import type { Bus } from "../bus/bus.js";
import type { IncomingMessage } from "../bus/connection.js";
import type { OutgoingOkReply, OutgoingReply } from "../contract/encode-reply.js";
import type { ErrorReply } from "../contract/reply.js";
import { createReplyPolicy, type ReplyPolicy } from "../contract/reply-target.js";
import { type DecodedRequest, decodeRequest } from "../contract/request.js";
import { anyRequestFilter, type NodeTopics, replyChannel } from "../contract/topics.js";
import { EarshotError, messageOf, replyErrorCodes } from "../errors.js";
import type { Log, Service } from "../lifecycle.js";
import { createLogThrottle } from "../log-throttle.js";
import { type Answer, answerRequest, SongNotFoundError } from "./answer.js";
import { chooseReplyTarget, identifyAsker } from "./asker.js";
import { createBatch } from "./batch.js";
import { createLastReply } from "./last-reply.js";
import { createRateLimit } from "./rate-limit.js";
import type { SongSource } from "./song-source.js";
import { createQueryStatistics } from "./statistics.js";

export interface RecommenderOptions {
  readonly bus: Bus;
  readonly topics: NodeTopics;
  readonly log: Log;
  /** The live catalogue; `undefined` while there is none. */
  readonly source: () => SongSource | undefined;
  readonly base: string;
  /** Results when a request does not say. */
  readonly limit: number;
  /** Requests a second from one client; 0 is no limit. */
  readonly rateLimit: number;
  /** Where a chosen reply topic may lie; empty: below the base. */
  readonly replyPrefixes: readonly string[];
}

/** The service that turns titles into recommendations. */
export interface Recommender extends Service {
  /** Flat numbers for `health`. */
  statistics(): Readonly<Record<string, number>>;
}

/** A reply on its way. */
interface Addressed {
  readonly topic: string;
  readonly reply: OutgoingReply;
  readonly correlationData: Uint8Array | undefined;
}

/** Answers `recommend/request/<client>`: the node's own, and those for any recommender. */
export function createRecommender(options: RecommenderOptions): Recommender {
  const { bus, topics, log } = options;
  const statistics = createQueryStatistics();
  const rateLimit = createRateLimit(options.rateLimit);
  const ignored = createLogThrottle();
  const undelivered = createLogThrottle();
  const lastReply = createLastReply((reply) => {
    bus.publish(topics.lastReply, reply).catch((error: unknown) => {
      log.debug({ reason: messageOf(error) }, "the last reply was not published");
    });
  });
  // Made anew for each chosen topic, because features may subscribe to more at any time.
  const readPolicy = (): ReplyPolicy =>
    createReplyPolicy({
      base: options.base,
      prefixes: options.replyPrefixes,
      subscriptions: bus.subscriptions(),
    });

  /** Answers one request; `undefined` when there is nobody to answer. */
  const answer = (message: IncomingMessage): Addressed | undefined => {
    const receivedMs = performance.now();
    const asker = message.retain ? undefined : identifyAsker(message.topic);
    if (asker === undefined) {
      ignored.run((heldBack) => {
        log.warn(
          { topic: message.topic.slice(0, 200), retained: message.retain, heldBack },
          "request ignored: it is retained, or its last topic level is no client's name",
        );
      });
      return undefined;
    }
    const decoded = decodeRequest(message.payload);
    const target = chooseReplyTarget(asker, { decoded, message, readPolicy });
    const reply = rateLimit.admits(asker.client)
      ? createReply(decoded, { receivedMs, forbidden: target.error })
      : errorReply(decoded.id, new EarshotError("rate_limited", tooManyRequests));
    if (reply.status === "ok") lastReply.offer(reply);
    else statistics.countError(reply.error.code);
    return { topic: target.topic, reply, correlationData: message.correlationData };
  };

  const publish = ({ topic, reply, correlationData }: Addressed): void => {
    bus.publish(replyChannel(topic), reply, { correlationData }).catch((error: unknown) => {
      undelivered.run((heldBack) => {
        log.warn({ topic, reason: messageOf(error), heldBack }, "a reply was not delivered");
      });
    });
  };

  const tooManyRequests = `at most ${options.rateLimit} requests a second from one client; wait a moment`;

  const createReply = (
    decoded: DecodedRequest,
    context: { readonly receivedMs: number; readonly forbidden: EarshotError | undefined },
  ): OutgoingReply => {
    try {
      if (context.forbidden !== undefined) throw context.forbidden;
      if (!decoded.ok) throw decoded.error;
      const source = options.source();
      if (source === undefined) throw new EarshotError("not_ready", "there is no catalogue yet");
      const answer = answerRequest(source, decoded.request, options.limit);
      const tookMs = performance.now() - context.receivedMs;
      statistics.countOk(tookMs);
      return okReply(decoded.id, answer, tookMs);
    } catch (error) {
      if (!(error instanceof EarshotError)) {
        log.error({ reason: messageOf(error), err: error }, "a query failed");
      }
      return errorReply(decoded.id, error);
    }
  };

  const batch = createBatch({
    work: answer,
    deliver: (replies) => {
      for (const reply of replies) if (reply !== undefined) publish(reply);
    },
  });

  return {
    name: "recommender",
    statistics: () => statistics.read(),
    async start() {
      for (const filter of topics.requestFilters) {
        await bus.subscribe(filter, batch.add, {
          isShared: filter === anyRequestFilter(options.base),
        });
      }
    },
    async stop() {
      batch.flush();
      lastReply.flush();
    },
  };
}

function okReply(id: string, answer: Answer, tookMs: number): OutgoingOkReply {
  return { id, status: "ok", ...answer, took_ms: Math.round(tookMs * 100) / 100 };
}

/** What is not one of the contract's errors is `internal`; its details stay in the log. */
function errorReply(id: string, error: unknown): ErrorReply {
  const code =
    error instanceof EarshotError
      ? replyErrorCodes.find((candidate) => candidate === error.code)
      : undefined;
  if (code === undefined) {
    const message = "the node could not answer; its log says why";
    return { id, status: "error", error: { code: "internal", message } };
  }
  const suggestions = error instanceof SongNotFoundError ? [...error.suggestions] : undefined;
  return {
    id,
    status: "error",
    error: {
      code,
      message: messageOf(error),
      ...(suggestions === undefined ? {} : { suggestions }),
    },
  };
}
