import type { Connection } from "../bus/connection.js";
import type { Clock } from "../clock.js";
import { EarshotError, messageOf } from "../errors.js";
import type { Log } from "../lifecycle.js";
import { createLogThrottle } from "../log-throttle.js";
import { propertiesAt } from "./message.js";
import type { Outbox, Outgoing } from "./outbox.js";

/** Sends what is in an outbox, as long as there is a connection. */
export interface Sender {
  /** Sends until the outbox is empty or the connection ends; one call at a time does the work. */
  send(connection: Connection): Promise<void>;
  readonly counters: { forwarded: number; refused: number; expired: number };
}

/** Below the 20 that Mosquitto takes before it must be waited for (Receive Maximum). */
const inFlight = 16;
/**
 * A broker of MQTT 3.1.1 may cut the line at a message that it refuses. What three lines have ended
 * with is given up, or nothing behind it would ever be sent.
 */
const maxFailures = 3;

/** Creates a sender that waits for nothing but acknowledgements. */
export function createSender(options: {
  readonly outbox: Outbox;
  readonly log: Log;
  readonly clock: Clock;
}): Sender {
  const { outbox, log, clock } = options;
  const counters = { forwarded: 0, refused: 0, expired: 0 };
  const refusals = createLogThrottle();
  const running = new WeakMap<Connection, Promise<void>>();

  const giveUp = ({ message }: Outgoing, error: unknown): void => {
    counters.refused += 1;
    outbox.forget(message);
    refusals.run((heldBack) => {
      const details = { topic: message.topic, reason: messageOf(error), heldBack };
      log.warn(details, "the upstream broker refused a message");
    });
  };
  /** @returns what is to be sent again */
  const sendOne = async (connection: Connection, outgoing: Outgoing): Promise<Outgoing[]> => {
    const { message } = outgoing;
    const properties = propertiesAt(message, clock.now());
    if (properties === undefined) {
      outbox.forget(message);
      counters.expired += 1;
      return [];
    }
    try {
      await connection.publish(message.topic, message.payload, { ...message, properties });
      counters.forwarded += 1;
      return [];
    } catch (error) {
      const isRefusal =
        connection.isOpen() && error instanceof EarshotError && error.code !== "timeout";
      const failures = outgoing.failures + 1;
      if (!isRefusal && failures < maxFailures) return [{ message, failures }];
      giveUp(outgoing, error);
      return [];
    }
  };
  const sendAll = async (connection: Connection): Promise<void> => {
    while (connection.isOpen()) {
      const batch = takeBatch(outbox);
      if (batch.length === 0) return;
      const unsent = await Promise.all(batch.map((one) => sendOne(connection, one)));
      outbox.giveBack(unsent.flat());
    }
  };
  return {
    counters,
    send(connection) {
      const known = running.get(connection);
      if (known !== undefined) return known;
      const sending = sendAll(connection).finally(() => running.delete(connection));
      running.set(connection, sending);
      return sending;
    },
  };
}

/** What has failed before goes alone: of a whole batch it would not be known what the line ended with. */
function takeBatch(outbox: Outbox): readonly Outgoing[] {
  const first = outbox.take(1);
  if (first.length === 0 || (first[0]?.failures ?? 0) > 0) return first;
  const rest = outbox.take(inFlight - 1);
  const firstFailed = rest.findIndex(({ failures }) => failures > 0);
  if (firstFailed === -1) return [...first, ...rest];
  outbox.giveBack(rest.slice(firstFailed));
  return [...first, ...rest.slice(0, firstFailed)];
}
