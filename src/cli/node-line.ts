import type { IncomingMessage } from "../bus/connection.js";
import type { LoadedConfig } from "../config/load.js";
import type { Channel } from "../contract/topics.js";
import { brokerGone, connectToNode, type FindNodes, type Remote } from "./remote.js";

/** A connection over which a command talks with nodes in the contract's channels. */
export interface NodeLine extends Omit<Remote, "connection"> {
  /** Aborted when the broker has gone; the reason is the error to tell. */
  readonly lost: AbortSignal;
  /**
   * Subscribes to a channel, or replaces who listens to it.
   *
   * @param refuse gets the error of a payload that cannot be decoded; without it such a payload is
   *   passed over, because anybody may publish nonsense
   */
  listen<Payload>(
    channel: Channel<Payload, never>,
    take: (value: Payload) => void,
    refuse?: (error: unknown) => void,
  ): Promise<void>;
  /** Publishes a request: QoS 1, not retained. */
  send(topic: string, payload: string): Promise<void>;
  end(): Promise<void>;
}

/**
 * Connects as `connectToNode` does.
 *
 * @throws EarshotError `broker_unavailable`
 */
export async function openNodeLine(
  loaded: LoadedConfig,
  findElsewhere?: FindNodes,
): Promise<NodeLine> {
  const listeners = new Map<string, (message: IncomingMessage) => void>();
  const lost = new AbortController();
  const { connection, ...remote } = await connectToNode(
    loaded,
    {
      onMessage: (message) => listeners.get(message.topic)?.(message),
      onClose: () => {
        lost.abort(brokerGone(remote));
      },
    },
    findElsewhere,
  );
  return {
    ...remote,
    lost: lost.signal,
    async listen(channel, take, refuse) {
      listeners.set(channel.topic, createListener({ channel, take, refuse }));
      await connection.subscribe(channel.topic);
    },
    send: (topic, payload) => connection.publish(topic, payload, { qos: 1, retain: false }),
    end: () => connection.end(),
  };
}

function createListener<Payload>(options: {
  readonly channel: Channel<Payload, never>;
  readonly take: (value: Payload) => void;
  readonly refuse: ((error: unknown) => void) | undefined;
}): (message: IncomingMessage) => void {
  const { channel, take, refuse } = options;
  return ({ payload, retain }) => {
    // An event that somebody has retained is an old one; it would fire at every start.
    if (retain && !channel.retain) return;
    let value: Payload;
    try {
      value = channel.codec.decode(payload);
    } catch (error) {
      refuse?.(error);
      return;
    }
    take(value);
  };
}
