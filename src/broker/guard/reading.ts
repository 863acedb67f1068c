import type { Duplex } from "node:stream";

/** Why nothing is read from a client for a while; several at once are a sum. */
const reasons = { authentication: 1, broker: 2, rate: 4, turn: 8 } as const;

/** Stops and goes on reading a socket; it goes on when no reason to wait is left. */
export class Reading {
  readonly #socket: Duplex;
  #waitingFor = 0;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  isPaused(): boolean {
    return this.#waitingFor !== 0;
  }

  pause(reason: keyof typeof reasons): void {
    this.#waitingFor |= reasons[reason];
    this.#socket.pause();
  }

  resume(reason: keyof typeof reasons): void {
    if ((this.#waitingFor & reasons[reason]) === 0) return;
    this.#waitingFor &= ~reasons[reason];
    if (this.#waitingFor === 0) this.#socket.resume();
  }
}
