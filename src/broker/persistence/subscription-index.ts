/** A subscription as Aedes stores it; all but `qos` came with MQTT 5. */
export interface Subscription {
  readonly topic: string;
  readonly qos: number;
  /** Retain Handling, Retain As Published, No Local (MQTT 5, 3.8.3.1). */
  readonly rh?: number | undefined;
  readonly rap?: boolean | undefined;
  readonly nl?: boolean | undefined;
  readonly subscriptionIdentifier?: number | undefined;
}

/** A subscription that a topic matches, with whose it is. */
export interface SubscriptionMatch {
  readonly clientId: string;
  readonly topic: string;
  readonly qos: number;
  readonly rh: number | undefined;
  readonly rap: boolean | undefined;
  readonly nl: boolean | undefined;
}

/** Finds the subscriptions that a topic matches, level by level. */
export interface SubscriptionIndex {
  add(clientId: string, subscription: Subscription): void;
  remove(clientId: string, filter: string): void;
  match(topic: string): readonly SubscriptionMatch[];
  size(): number;
}

interface Level {
  readonly below: Map<string, Level>;
  readonly subscriptions: Map<string, SubscriptionMatch>;
}

const newLevel = (): Level => ({ below: new Map(), subscriptions: new Map() });

/** Maps throughout, so that `constructor` is a client and a level like any other. */
export function createSubscriptionIndex(): SubscriptionIndex {
  const root = newLevel();
  let count = 0;
  return {
    add(clientId, { topic, qos, rh, rap, nl }) {
      let level = root;
      for (const name of topic.split("/")) {
        const next = level.below.get(name) ?? newLevel();
        level.below.set(name, next);
        level = next;
      }
      if (!level.subscriptions.has(clientId)) count += 1;
      level.subscriptions.set(clientId, { clientId, topic, qos, rh, rap, nl });
    },
    remove(clientId, filter) {
      if (removeBelow(root, filter.split("/"), clientId)) count -= 1;
    },
    match(topic) {
      const found: SubscriptionMatch[] = [];
      matchBelow({ levels: topic.split("/"), found }, root, 0);
      return found;
    },
    size: () => count,
  };
}

/** Takes levels that became empty away, so that filters of strangers do not pile up. */
function removeBelow(level: Level, names: readonly string[], clientId: string): boolean {
  const [name, ...rest] = names;
  if (name === undefined) return level.subscriptions.delete(clientId);
  const next = level.below.get(name);
  if (next === undefined) return false;
  const removed = removeBelow(next, rest, clientId);
  if (next.below.size === 0 && next.subscriptions.size === 0) level.below.delete(name);
  return removed;
}

interface Search {
  readonly levels: readonly string[];
  readonly found: SubscriptionMatch[];
}

function matchBelow(search: Search, level: Level, depth: number): void {
  const name = search.levels[depth];
  // [MQTT-4.7.2-1] A wildcard at the front does not match a topic that starts with $.
  const mayBeWild = depth > 0 || search.levels[0]?.startsWith("$") !== true;
  if (mayBeWild) collect(search, level.below.get("#"));
  if (name === undefined) {
    collect(search, level);
    return;
  }
  const exact = level.below.get(name);
  if (exact !== undefined) matchBelow(search, exact, depth + 1);
  const one = mayBeWild ? level.below.get("+") : undefined;
  if (one !== undefined) matchBelow(search, one, depth + 1);
}

function collect({ found }: Search, level: Level | undefined): void {
  if (level !== undefined) found.push(...level.subscriptions.values());
}
