/** Whether the disk has everything, and when; a part of `Persistence`. */
export interface SyncedSource {
  isSynced(): boolean;
  synced(): Promise<void>;
}

/**
 * The PUBACKs of one connection on their way out.
 *
 * Aedes sends PUBACK first and then stores the message. So whoever writes to the connection takes
 * PUBACKs out of Aedes' output and gives them here; they go on when Aedes has called its hook
 * `published` for the message and the disk has all it changed, in the order in which they came
 * [MQTT-4.6.0-2].
 */
export interface HeldAcks {
  /** @param send writes the PUBACK of the message with that packet identifier */
  hold(messageId: number, send: () => void): void;
  /** For a PUBACK that refuses a message: nothing is stored, only the order counts. */
  pass(send: () => void): void;
  /** From Aedes' hook `published`, for each QoS 1 message of this connection. */
  published(messageId: number): void;
}

interface HeldAck {
  /** `undefined`: waits for nothing but its turn. */
  readonly messageId: number | undefined;
  readonly send: () => void;
  state: "sent first" | "published" | "stored";
}

/** Creates the queue of one connection. */
export function createHeldAcks(source: SyncedSource): HeldAcks {
  const held: HeldAck[] = [];
  /** Messages that were published before their PUBACK got here: a stream may buffer it. */
  const early: number[] = [];

  const release = (): void => {
    while (held[0]?.state === "stored") held.shift()?.send();
  };

  const storeLater = async (ack: HeldAck): Promise<void> => {
    await source.synced();
    ack.state = "stored";
    release();
  };

  const store = (ack: HeldAck): void => {
    ack.state = "published";
    if (source.isSynced()) {
      ack.state = "stored";
      release();
      return;
    }
    void storeLater(ack);
  };

  return {
    hold(messageId, send) {
      const ack: HeldAck = { messageId, send, state: "sent first" };
      held.push(ack);
      const index = early.indexOf(messageId);
      if (index === -1) return;
      early.splice(index, 1);
      store(ack);
    },
    pass(send) {
      held.push({ messageId: undefined, send, state: "stored" });
      release();
    },
    published(messageId) {
      const ack = held.find((one) => one.messageId === messageId && one.state === "sent first");
      if (ack === undefined) early.push(messageId);
      else store(ack);
    },
  };
}
