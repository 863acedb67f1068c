import type { BridgeMessage } from "./message.js";

/** How much may wait: of state and of events each. */
export interface OutboxLimits {
  readonly messages: number;
  /** Topics and payloads together. */
  readonly bytes: number;
}

/** A message that is being sent, to be given back where that did not work. */
export interface Outgoing {
  readonly message: BridgeMessage;
  /** How often the line has ended while this was being sent. */
  readonly failures: number;
}

/**
 * What waits for the upstream broker: state, of which the latest of each topic counts, and events,
 * of which the oldest go first when there is no more room.
 */
export interface Outbox {
  add(message: BridgeMessage): void;
  /** Takes out what is to be sent next, in the order of sending: state, then events. */
  take(most: number): readonly Outgoing[];
  /** Puts back what the line ended with; state only where nothing newer has come meanwhile. */
  giveBack(outgoing: readonly Outgoing[]): void;
  /** Has all state sent again: the upstream broker may have lost it. */
  renewState(): void;
  /** Forgets a state that was refused, until there is a newer one. */
  forget(message: BridgeMessage): void;
  /** Messages that wait. */
  waiting(): number;
  /** Messages that were given up for want of room. */
  dropped(): number;
}

export const defaultOutboxLimits: OutboxLimits = { messages: 1000, bytes: 1024 * 1024 };

interface State {
  readonly outgoing: Outgoing;
  readonly isWaiting: boolean;
}

/** Creates an empty outbox. */
export function createOutbox(limits: OutboxLimits = defaultOutboxLimits): Outbox {
  /** All retained messages by topic, sent or not, in the order in which they came. */
  const states = new Map<string, State>();
  const events: Outgoing[] = [];
  const bytes = { states: 0, events: 0 };
  let dropped = 0;

  const setState = (topic: string, state: State | undefined): void => {
    const old = states.get(topic);
    if (old !== undefined) bytes.states -= sizeOf(old.outgoing.message);
    // Deleted first, so that the newest comes last.
    states.delete(topic);
    if (state === undefined) return;
    states.set(topic, state);
    bytes.states += sizeOf(state.outgoing.message);
  };
  const shiftEvent = (): Outgoing | undefined => {
    const event = events.shift();
    if (event !== undefined) bytes.events -= sizeOf(event.message);
    return event;
  };
  const makeRoom = (): void => {
    while (states.size > limits.messages || bytes.states > limits.bytes) {
      const [topic, state] = oldestOf(states) ?? [];
      if (topic === undefined) break;
      if (state?.isWaiting === true) dropped += 1;
      setState(topic, undefined);
    }
    while (events.length > limits.messages || bytes.events > limits.bytes) {
      shiftEvent();
      dropped += 1;
    }
  };
  return {
    add(message) {
      const outgoing = { message, failures: 0 };
      if (message.retain) setState(message.topic, { outgoing, isWaiting: true });
      else {
        events.push(outgoing);
        bytes.events += sizeOf(message);
      }
      makeRoom();
    },
    take(most) {
      const taken: Outgoing[] = [];
      for (const [topic, { outgoing, isWaiting }] of states) {
        if (taken.length >= most) return taken;
        if (!isWaiting) continue;
        taken.push(outgoing);
        // An empty payload has cleared the topic: there is nothing to send again.
        const isCleared = outgoing.message.payload.length === 0;
        if (isCleared) setState(topic, undefined);
        // In its place, so that the order stays that of publishing. Whoever gives it back tells of
        // failures; without that there were none.
        else states.set(topic, { outgoing: { ...outgoing, failures: 0 }, isWaiting: false });
      }
      while (taken.length < most) {
        const event = shiftEvent();
        if (event === undefined) break;
        taken.push(event);
      }
      return taken;
    },
    giveBack(outgoing) {
      for (const one of outgoing.toReversed()) {
        const { topic, retain } = one.message;
        if (!retain) {
          events.unshift(one);
          bytes.events += sizeOf(one.message);
          continue;
        }
        const known = states.get(topic);
        if (known === undefined) setState(topic, { outgoing: one, isWaiting: true });
        else if (known.outgoing.message === one.message)
          states.set(topic, { outgoing: one, isWaiting: true });
      }
      makeRoom();
    },
    renewState() {
      for (const [topic, state] of states) states.set(topic, { ...state, isWaiting: true });
    },
    forget(message) {
      if (states.get(message.topic)?.outgoing.message === message)
        setState(message.topic, undefined);
    },
    waiting: () => events.length + [...states.values()].filter((state) => state.isWaiting).length,
    dropped: () => dropped,
  };
}

/** The one that came first; of those that are sent already, if there are any. */
function oldestOf(states: ReadonlyMap<string, State>): readonly [string, State] | undefined {
  let oldest: readonly [string, State] | undefined;
  for (const entry of states) {
    if (!entry[1].isWaiting) return entry;
    oldest ??= entry;
  }
  return oldest;
}

function sizeOf({ topic, payload }: BridgeMessage): number {
  return Buffer.byteLength(topic) + payload.length;
}
