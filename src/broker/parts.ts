import type { Duplex } from "node:stream";

/** Where a connection came from; what the access rules may look at. */
export interface Peer {
  readonly transport: "stream" | "tcp" | "tls" | "ws" | "wss";
  /** IP address of the other side; "" for the node's own client. */
  readonly address: string;
  /** The subject's common name of a client certificate that the broker's authority signed. */
  readonly certificateName?: string;
}

/** Who a client is after CONNECT; `name` is "" for a client without a user (loopback only). */
export interface Identity {
  readonly name: string;
}

/** What CONNECT brings for the decision; the password's bytes are never logged. */
export interface Credentials {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
  readonly peer: Peer;
}

/** Who may come in and do what. Checks after `authenticate` are synchronous and quick: they run for each message. */
export interface Access {
  /**
   * Logs whom it refuses. `undefined`: refused (CONNACK 5 / 0x87); the same answer and time whether
   * the name or the password is wrong.
   *
   * @throws EarshotError `broker_unavailable` when it cannot be checked now: come again
   */
  authenticate(credentials: Credentials): Promise<Identity | undefined>;
  mayPublish(identity: Identity, clientId: string, topic: string): boolean;
  /** Whether a message published with RETAIN stays on the broker; without it, it is delivered only. */
  mayStay(topic: string): boolean;
  maySubscribe(identity: Identity, clientId: string, filter: string): boolean;
  mayReceive(identity: Identity, clientId: string, topic: string): boolean;
  /**
   * Whether a user may have a client id under which another one is connected or has a session. What
   * the other one left there is ended then, never handed over.
   *
   * @param owner the name of the user whose it is
   */
  mayTakeOver(identity: Identity, owner: string): boolean;
  /** Called when users changed on the disk: clients whose user is gone or changed are to be dropped. */
  onChange(listener: (isStillValid: (identity: Identity) => boolean) => void): void;
}

/** Everything that accepts connections; each stream goes to `onStream` once, errors of a listener are its own. */
export interface Listeners {
  start(onStream: (stream: Duplex, peer: Peer) => void): Promise<void>;
  /** Stops accepting; streams already handed over are the guard's. */
  stop(): Promise<void>;
  addresses(): readonly {
    readonly transport: Peer["transport"];
    readonly host: string;
    readonly port: number;
  }[];
}
