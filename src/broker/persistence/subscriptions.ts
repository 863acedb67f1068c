import type { Recipient } from "./outgoing.js";
import type { Packet } from "./packet.js";
import { subscriptionKey } from "./record-keys.js";
import { encodeSubscription } from "./session-codec.js";
import type { Session } from "./session.js";
import type { State } from "./state.js";
import type { Subscription, SubscriptionMatch } from "./subscription-index.js";

/** A subscription whose client gets a message; only the client is certain to be named. */
export type Match = Partial<SubscriptionMatch> & { readonly clientId: string };

/** Adds subscriptions to a session, or changes them; one that is there already costs no write. */
export function addSubscriptions(
  state: State,
  session: Session,
  wanted: readonly Subscription[],
): void {
  for (const { topic, qos, rh, rap, nl, subscriptionIdentifier } of wanted) {
    const former = session.subscriptions.get(topic);
    const subscription: Subscription = {
      topic,
      qos,
      rh,
      rap,
      nl,
      ...(subscriptionIdentifier === undefined ? {} : { subscriptionIdentifier }),
    };
    if (former !== undefined && isSame(former, subscription)) continue;
    session.subscriptions.set(topic, subscription);
    if (qos > 0) state.index.add(session.clientId, subscription);
    else state.index.remove(session.clientId, topic);
    if (session.number === undefined) continue;
    const encode = (): Buffer => encodeSubscription(subscription);
    state.journal.put(subscriptionKey(session.number, topic), encode, "acknowledged");
  }
}

function isSame(one: Subscription, other: Subscription): boolean {
  const { qos, rh, rap, nl, subscriptionIdentifier } = one;
  return (
    qos === other.qos &&
    rh === other.rh &&
    rap === other.rap &&
    nl === other.nl &&
    subscriptionIdentifier === other.subscriptionIdentifier
  );
}

/** Removes what is there of these. */
export function removeSubscriptions(
  state: State,
  session: Session,
  filters: readonly string[],
): void {
  for (const filter of filters) {
    if (!session.subscriptions.delete(filter)) continue;
    state.index.remove(session.clientId, filter);
    if (session.number !== undefined)
      state.journal.delete(subscriptionKey(session.number, filter), "acknowledged");
  }
}

/** One recipient a session, however many of its subscriptions match. */
export function recipientsOf(
  { sessions }: State,
  matches: readonly Match[],
  packet: Packet,
): readonly Recipient[] {
  const recipients = new Map<string, Recipient>();
  for (const { clientId, topic = "", qos = packet.qos, rap } of matches) {
    const former = recipients.get(clientId);
    const session = former?.session ?? sessions.obtain({ id: clientId });
    const identifier = session.subscriptions.get(topic)?.subscriptionIdentifier;
    recipients.set(clientId, {
      session,
      qos: Math.max(qos, former?.qos ?? 0),
      copies: (former?.copies ?? 0) + 1,
      keepsRetain: rap === true || former?.keepsRetain === true,
      identifiers: [
        ...(former?.identifiers ?? []),
        ...(identifier === undefined ? [] : [identifier]),
      ],
    });
  }
  return [...recipients.values()];
}
