import type { Access } from "../parts.js";
import type { GuardCounters } from "./counters.js";
import type { GuardedClient } from "./guarded-client.js";
import { maySubscribe } from "./hooks.js";
import type { GuardLimits } from "./limits.js";
import { encodeSubscribe, type SubscribeFacts } from "./subscribe-packet.js";
import { reasonCodes } from "./violation.js";

export interface SubscribeRules {
  readonly client: GuardedClient;
  readonly access: Access;
  readonly limits: Pick<GuardLimits, "subscriptionsPerClient">;
  readonly counters: GuardCounters;
}

/** The one failure that MQTT 3.1.1 knows (section 3.9.3). */
const failure = 0x80;

/**
 * Decides each filter of a SUBSCRIBE by itself: the broker gets the allowed ones as packets of their
 * own, and never hears of the others.
 *
 * @returns the packets for the broker, and the SUBACK when it need not be asked at all
 */
export function answerSubscribe(
  facts: SubscribeFacts,
  { client, access, limits, counters }: SubscribeRules,
): { readonly packets: readonly Buffer[]; readonly reply: Buffer | undefined } {
  const { connection, subscriptions } = client;
  const requests = client.requests();
  const isLegacy = connection.facts?.version !== 5;
  let count = Object.keys(subscriptions).length + requests.pending();
  const granted = new Set<string>();
  const answers = facts.subscriptions.map(({ filter }) => {
    const code = refuse(filter);
    if (code === undefined) return undefined;
    counters.subscriptions_denied += 1;
    return isLegacy ? failure : code;
  });
  function refuse(filter: string): number | undefined {
    // Restoring a session, Aedes puts its filters into an object with a prototype.
    if (filter === "__proto__") return reasonCodes.topicFilterInvalid;
    if (filter.startsWith("$share/")) return reasonCodes.sharedSubscriptionsNotSupported;
    if (!maySubscribe(access, client, filter)) return reasonCodes.notAuthorized;
    if (subscriptions[filter] !== undefined || granted.has(filter)) return undefined;
    if (count >= limits.subscriptionsPerClient) return reasonCodes.quotaExceeded;
    count += 1;
    granted.add(filter);
    return undefined;
  }
  const { identifiers, reply } = requests.begin(facts.identifier, answers);
  client.granted.forget();
  const allowed = facts.subscriptions.filter((_, index) => answers[index] === undefined);
  const packets = allowed.map((subscription, index) =>
    encodeSubscribe(facts, subscription, identifiers[index] ?? 0),
  );
  return { packets, reply };
}
