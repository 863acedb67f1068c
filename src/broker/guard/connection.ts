import type { Duplex } from "node:stream";
import type { Peer } from "../parts.js";
import { BrokerEnd } from "./broker-end.js";
import { checkConnect, type ConnectFacts, type ProtocolVersion } from "./connect-packet.js";
import type { ConnectionHost } from "./connection-host.js";
import { findOverdue } from "./deadlines.js";
import { createDeliveryWindow, type DeliveryWindow } from "./delivery-window.js";
import { closeSoon } from "./farewell.js";
import { type Frame, packetTypes } from "./frames.js";
import { IncomingPackets, type PacketSink } from "./incoming-packets.js";
import type { DropKind } from "./log-drops.js";
import { checkPacket, publishIdentifier, qosOf } from "./packets.js";
import { createQos2Window, type Qos2Window } from "./qos2-window.js";
import { Reading } from "./reading.js";
import { createReadingRate, type ReadingRate } from "./reading-rate.js";
import { lastWords } from "./server-packets.js";
import { readSubscribe } from "./subscribe-packet.js";
import type { Violation } from "./violation.js";

/**
 * One network connection from accept to its end.
 *
 * First it is silent: nothing but a whole CONNECT is taken, and the broker does not know of it. Then
 * it authenticates: the broker has the CONNECT, and nothing more is read. Once CONNACK has gone out,
 * and a former connection of the client has left nothing to say, it is open: every packet is checked
 * and handed on, as many at once as came.
 */
export class Connection {
  readonly peer: Peer;
  readonly socket: Duplex;
  readonly #host: ConnectionHost;
  readonly #acceptedMs: number;
  readonly #reading: Reading;
  readonly qos2: Qos2Window;
  readonly #rate: ReadingRate;
  readonly #incoming: IncomingPackets;
  #state: "silent" | "authenticating" | "open" | "closed" = "silent";
  #end: BrokerEnd | undefined;
  #facts: ConnectFacts | undefined;
  #window: DeliveryWindow | undefined;
  #hasEnded = false;
  #isWaitingForTurn = false;

  constructor(socket: Duplex, peer: Peer, host: ConnectionHost) {
    this.socket = socket;
    this.peer = peer;
    this.#host = host;
    this.#acceptedMs = performance.now();
    this.#reading = new Reading(socket);
    this.#rate = createReadingRate({
      limits: host.limits,
      counters: host.counters,
      reading: this.#reading,
      onOver: () => {
        if (this.#end?.readableLength === 0) this.#giveTurn();
      },
    });
    this.qos2 = createQos2Window(host.limits.receiveMaximum);
    this.#incoming = new IncomingPackets(host.limits, this.#takePackets());
    socket.on("data", (chunk: Buffer) => {
      this.#incoming.take(chunk);
    });
    socket.on("error", () => {
      this.close();
    });
    socket.on("end", () => {
      this.#ended();
    });
    socket.on("close", () => {
      this.#ended();
    });
  }

  /** Who it is, once its CONNECT was understood. */
  get facts(): ConnectFacts | undefined {
    return this.#facts;
  }

  /** Of a client that has given limits of its own. */
  get window(): DeliveryWindow | undefined {
    return this.#window;
  }

  /** Bytes that wait until the client reads, or acknowledges what it has read. */
  waitingBytes(): number {
    return this.socket.writableLength + (this.#window?.heldBytes() ?? 0);
  }

  /** CONNACK with success has gone out: what was held back is taken, and reading goes on. */
  open(): void {
    if (this.#state !== "authenticating") return;
    this.#state = "open";
    this.#reading.resume("authentication");
    this.#incoming.open();
  }

  /** Ends connections that ran out of time: without a CONNECT, or with a packet that does not end. */
  check(nowMs: number): void {
    const partial = this.#reading.isPaused() ? undefined : this.#incoming.unfinished(nowMs);
    const sinceAcceptMs = nowMs - this.#acceptedMs;
    const overdue = findOverdue({ state: this.#state, sinceAcceptMs, partial }, this.#host.limits);
    if (overdue === undefined) return;
    this.drop(overdue, this.#state === "silent" ? "dropped_silent" : "dropped_malformed");
  }

  /** Says why where the version allows it, and closes; the will is published (section 3.1.2.5). */
  drop(
    violation: Violation,
    kind: DropKind = "broker",
    answerAs: ProtocolVersion | undefined = this.#facts?.version,
  ): void {
    if (this.#state === "closed") return;
    const answer = lastWords({ isOpen: this.#state === "open", version: answerAs }, violation.code);
    const most = this.#facts?.delivery?.maximumPacketSize ?? Number.POSITIVE_INFINITY;
    if (answer !== undefined && answer.length <= most && this.socket.writable)
      this.socket.write(answer);
    this.#host.dropped(this, kind, violation.reason);
    this.close();
  }

  /** Cuts the line at once, without waiting for what is still to be read. */
  cut(kind: DropKind, reason: string): void {
    if (this.#state === "closed") return;
    this.#host.dropped(this, kind, reason);
    this.close();
    this.socket.destroy();
  }

  /** Closes both ends; may be called again. */
  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#rate.stop();
    this.#incoming.close();
    this.#window?.close();
    this.#end?.destroy();
    closeSoon(this.socket);
    this.#host.closed(this);
  }

  /** The other side has nothing more to say: the broker is to finish what it has, then close. */
  #ended(): void {
    if (this.#state !== "open") this.close();
    else if (!this.#hasEnded && !this.#isWaitingForTurn) this.#end?.push(null);
    this.#hasEnded = true;
  }

  #takePackets(): PacketSink {
    return {
      connect: (frame) => {
        this.#connect(frame);
      },
      check: (frame, type) => this.#check(frame, type),
      subscribe: (frame) => this.#subscribe(frame),
      hand: (packets) => {
        this.#hand(packets);
      },
      pause: () => {
        this.#reading.pause("turn");
        this.#isWaitingForTurn = true;
      },
      refuse: (violation) => {
        this.#refuse(violation);
      },
      count: (publishes, bytes) => {
        this.#rate.take(publishes, bytes);
      },
    };
  }

  /**
   * The broker has read what the client sent so far, and the client has not sent too much: the rest
   * comes after what others sent.
   */
  #giveTurn(): void {
    if (!this.#mayHaveTurn()) return;
    setImmediate(() => {
      if (!this.#mayHaveTurn()) return;
      this.#isWaitingForTurn = false;
      this.#incoming.open();
      if (this.#isWaitingForTurn || this.#state !== "open") return;
      if (this.#hasEnded) this.#end?.push(null);
      else this.#reading.resume("turn");
    });
  }

  #mayHaveTurn(): boolean {
    return this.#isWaitingForTurn && !this.#rate.isPausing();
  }

  #hand(packets: Buffer): void {
    if (this.#state === "closed") return;
    this.#end?.push(packets);
    if (this.#end?.isFull() === true) this.#reading.pause("broker");
  }

  #refuse(violation: Violation, answerAs?: ProtocolVersion): void {
    this.drop(violation, "dropped_malformed", answerAs);
  }

  #connect(frame: Frame): void {
    const verdict = checkConnect(frame, this.#host.limits);
    if (verdict.violation !== undefined) {
      this.#refuse(verdict.violation, verdict.answerAs);
      return;
    }
    this.#facts = verdict.facts;
    const refusal = this.#host.admit(this);
    if (refusal !== undefined) {
      this.drop(refusal, "connections_refused");
      return;
    }
    this.#window = this.#limitDelivery(verdict.facts);
    this.#state = "authenticating";
    this.#reading.pause("authentication");
    this.#end = new BrokerEnd({
      onWanted: () => {
        this.#reading.resume("broker");
        this.#giveTurn();
      },
      onWritten: (pieces) => {
        this.#host.send(this, pieces);
      },
      onGone: () => {
        this.close();
      },
    });
    this.#host.attach(this, this.#end);
    // A copy: the chunk it came in may be 64 KiB, and Aedes keeps parts of a CONNECT.
    this.#end.push(Buffer.from(frame.bytes.subarray(frame.start, frame.end)));
  }

  #limitDelivery({ delivery }: ConnectFacts): DeliveryWindow | undefined {
    if (delivery === undefined) return undefined;
    return createDeliveryWindow(delivery, {
      send: (packets) => {
        this.#host.write(this, packets);
      },
      tooLarge: (identifier) => {
        this.#host.tooLarge(this, identifier);
      },
      refuse: (violation) => {
        this.drop(violation);
      },
    });
  }

  #subscribe(frame: Frame): boolean {
    const facts = readSubscribe(frame, {
      version: this.#facts?.version ?? 4,
      limits: this.#host.limits,
    });
    if ("code" in facts) {
      this.#refuse(facts);
      return false;
    }
    for (const packet of this.#host.subscribe(this, facts)) this.#hand(packet);
    return true;
  }

  #check(frame: Frame, type: number): Violation | undefined {
    const version = this.#facts?.version ?? 4;
    const problem = checkPacket(frame, { version, limits: this.#host.limits });
    if (problem !== undefined) return problem;
    if (type === packetTypes.publish) {
      if (qosOf(frame.bytes[frame.start]) === 2) return this.qos2.begin(publishIdentifier(frame));
    } else this.#window?.acknowledge(frame);
    return undefined;
  }
}
