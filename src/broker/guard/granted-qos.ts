import { createMatcher } from "../../contract/topic-filters.js";

/** A client's subscriptions as Aedes keeps them: filter → granted QoS. */
export type Subscriptions = Readonly<Record<string, { readonly qos: number } | undefined>>;

/** Tells with which QoS a client may get a message at most. */
export interface GrantedQos {
  /** The highest QoS among the subscriptions that match ([MQTT-3.8.4-8]); `undefined`: none matches. */
  of(topic: string): number | undefined;
  /** To be called when the subscriptions may have changed. */
  forget(): void;
}

interface Mixed {
  readonly exact: ReadonlyMap<string, number>;
  readonly wildcards: readonly {
    readonly qos: number;
    readonly matches: (levels: readonly string[]) => boolean;
  }[];
}

/** Watches one client's subscriptions. Most clients ask for one QoS throughout: that is quick. */
export function createGrantedQos(subscriptions: Subscriptions): GrantedQos {
  let known: number | Mixed | undefined;
  let isKnown = false;
  return {
    of(topic) {
      if (!isKnown) {
        known = summarise(subscriptions);
        isKnown = true;
      }
      return typeof known === "object" ? highest(known, topic) : known;
    },
    forget() {
      isKnown = false;
    },
  };
}

function summarise(subscriptions: Subscriptions): number | Mixed | undefined {
  const entries = Object.entries(subscriptions).map(
    ([filter, subscription]) => [filter, subscription?.qos ?? 0] as const,
  );
  const first = entries[0]?.[1];
  if (entries.every(([, qos]) => qos === first)) return first;
  const isExact = ([filter]: readonly [string, number]): boolean => !/[+#]/u.test(filter);
  return {
    exact: new Map(entries.filter(isExact)),
    wildcards: entries
      .filter((entry) => !isExact(entry))
      .toSorted((one, other) => other[1] - one[1])
      .map(([filter, qos]) => ({ qos, matches: createMatcher(filter) })),
  };
}

function highest({ exact, wildcards }: Mixed, topic: string): number | undefined {
  const own = exact.get(topic);
  if (own === 2) return own;
  const levels = topic.split("/");
  const matching = wildcards.find(({ matches }) => matches(levels))?.qos;
  return own === undefined ? matching : Math.max(own, matching ?? 0);
}
