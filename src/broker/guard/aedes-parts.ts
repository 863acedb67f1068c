import type { Duplex, Readable } from "node:stream";

/** What the guard uses of a client of Aedes, any version. */
export interface AedesClient {
  readonly id: string | null;
  readonly clean: boolean;
  readonly conn: Duplex;
  close(): void;
}

/** What the guard uses of a message on its way through Aedes. */
export interface AedesPacket {
  topic: string;
  qos: number;
  dup: boolean;
  retain: boolean;
  messageId?: number | undefined;
  brokerId?: string | null;
  brokerCounter?: number;
}

/** What the guard uses of a persistence; both Aedes and the guard look up its methods anew each time. */
export interface AedesPersistence {
  incomingGetPacket(
    client: AedesClient,
    packet: { readonly cmd: string; readonly messageId?: number | undefined },
  ): Promise<unknown>;
  incomingDelPacket(
    client: { readonly id: string | null },
    packet: { readonly messageId?: number | undefined },
  ): Promise<void>;
  cleanSubscriptions(client: { readonly id: string | null }): Promise<unknown>;
  outgoingStream(client: AedesClient): Readable;
}

/** What the guard uses of the broker. */
export interface AedesBroker {
  handle(stream: Duplex): AedesClient;
}

/** The options of Aedes that Earshot sets; every version takes them, and ignores what it lacks. */
export interface AedesSettings {
  readonly id?: string;
  readonly persistence?: object;
  readonly heartbeatInterval?: number;
  readonly drainTimeout: number;
  readonly connectTimeout: number;
  readonly maxClientsIdLength: number;
  readonly maxTopicLevels: number;
  readonly maximumPacketSize: number;
  readonly receiveMaximum: number;
  readonly topicAliasMaximum: number;
  readonly pendingSessionsLimit: number;
  readonly sessionExpiryIntervalLimit?: number;
  // oxlint-disable-next-line max-params -- the parameters are Aedes'
  readonly authenticate: (
    client: AedesClient,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: RefusedError | null, isAllowed: boolean) => void,
  ) => void;
  readonly authorizePublish: (
    client: AedesClient | null,
    packet: { readonly topic: string; readonly retain: boolean; readonly payload: Buffer | string },
    done: (error?: Error | null) => void,
  ) => void;
  readonly authorizeSubscribe: <Subscription extends { readonly topic: string }>(
    client: AedesClient,
    subscription: Subscription,
    done: (error: Error | null, subscription?: Subscription | null) => void,
  ) => void;
  readonly authorizeForward: <Packet extends AedesPacket>(
    client: AedesClient,
    packet: Packet,
  ) => Packet | null;
  readonly published: (
    packet: { readonly qos: number; readonly messageId?: number | undefined },
    client: AedesClient | null,
    done: (error?: Error | null) => void,
  ) => void;
}

/** A refusal in the form Aedes wants: `returnCode` is that of MQTT 3.1.1, section 3.2.2.3. */
export class RefusedError extends Error {
  readonly returnCode: 2 | 3 | 5;

  constructor(message: string, returnCode: 2 | 3 | 5) {
    super(message);
    this.returnCode = returnCode;
  }
}

/** Whether a value has the methods of a persistence that the guard watches. */
export function isPersistence(value: unknown): value is AedesPersistence {
  const methods = [
    "incomingGetPacket",
    "incomingDelPacket",
    "cleanSubscriptions",
    "outgoingStream",
  ];
  return (
    typeof value === "object" &&
    value !== null &&
    methods.every((method) => typeof Reflect.get(value, method) === "function")
  );
}
