import { EarshotError, messageOf } from "../errors.js";
import type { Log } from "../lifecycle.js";
import type { Connection, PublishOptions } from "./connection.js";

/** The last payload of each retained channel, kept to be sent again on a new connection. */
export interface RetainedMessages {
  remember(topic: string, payload: string, options: PublishOptions): void;
  /**
   * Sends every payload in the order in which they were remembered. One that the broker refuses is
   * logged and forgotten until it is published anew.
   *
   * @throws EarshotError when the connection has ended meanwhile
   */
  sendAll(connection: Connection): Promise<void>;
}

/** Above that the oldest is forgotten; a node has a dozen, a bridge those of its broker. */
const maxTopics = 1000;

/** Creates an empty memory. */
export function createRetainedMessages(log: Log): RetainedMessages {
  const messages = new Map<
    string,
    { readonly payload: string; readonly options: PublishOptions }
  >();
  /** What was being sent when the last connection ended. */
  let suspect: string | undefined;

  /**
   * A broker that refuses a message says so over MQTT 5, but may cut the line over 3.1.1. A line
   * that was cut once may be an accident; twice at the same topic is taken for a refusal, or the
   * node would never get past it.
   */
  const isRefused = (topic: string, error: unknown, isOpen: boolean): boolean => {
    if (isOpen) return !(error instanceof EarshotError && error.code === "timeout");
    const isSecondTime = suspect === topic;
    suspect = topic;
    return isSecondTime;
  };

  return {
    remember(topic, payload, options) {
      // Deleted first, so that the order in which they are sent again is the order of publishing.
      messages.delete(topic);
      messages.set(topic, { payload, options });
      const [oldest] = messages.keys();
      if (messages.size > maxTopics && oldest !== undefined) messages.delete(oldest);
    },
    async sendAll(connection) {
      for (const [topic, message] of messages) {
        try {
          await connection.publish(topic, message.payload, message.options);
        } catch (error) {
          const isOpen = connection.isOpen();
          const isForgotten = isRefused(topic, error, isOpen);
          // A newer payload has not been refused yet.
          if (isForgotten && messages.get(topic) === message) messages.delete(topic);
          log.warn(
            { topic, reason: messageOf(error), isForgotten },
            "a retained message could not be sent again",
          );
          if (!isOpen) throw error;
        }
      }
      suspect = undefined;
    },
  };
}
