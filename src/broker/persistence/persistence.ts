import { systemClock, type Clock } from "../../clock.js";
import type { Log } from "../../lifecycle.js";
import {
  createAedesPersistence,
  type AedesBroker,
  type AedesPersistence,
} from "./aedes-persistence.js";
import { createNoJournal, startJournal, type Journal } from "./journal.js";
import { openJournalFile } from "./journal-file.js";
import { defaultLimits, type PersistenceLimits } from "./limits.js";
import type { Packet, PacketReference } from "./packet.js";
import { restoreState } from "./restore.js";
import { createState, snapshotOf, type State } from "./state.js";
import type { Will } from "./wills.js";

/** Whose the sessions are that outlive their connections. */
export interface SessionOwners {
  /** `undefined`: the client has no session, or nobody has said whose it is. */
  ownerOf(clientId: string): string | undefined;
  /** To be called when the client is connected. */
  remember(clientId: string, owner: string): void;
  /** Nothing to do: the owner goes with the session. */
  forget(clientId: string): void;
}

/** What the embedded broker remembers beyond a connection, and with a folder beyond the process. */
export interface Persistence {
  /** Goes into Aedes' option `persistence`. */
  readonly aedes: AedesPersistence;
  readonly limits: PersistenceLimits;
  /**
   * Reads what the former run left; to be awaited before the broker takes clients.
   *
   * @throws an Error of the file system when the folder cannot be used
   */
  start(): Promise<void>;
  /** Brings everything to the disk; to be called when the broker is closed. */
  stop(): Promise<void>;
  /** Whether everything that an acknowledgement may depend on is on the disk. */
  isSynced(): boolean;
  /** Waits for that, as to the changes made so far; never rejects. */
  synced(): Promise<void>;
  /** Whose the kept sessions are, over restarts: a client id is not free for another user. */
  readonly owners: SessionOwners;
  /**
   * Says whose message is being published with RETAIN, before Aedes stores it.
   *
   * @param owner the user; `undefined`: the node itself
   */
  attributeRetained(packet: Pick<Packet, "payload">, owner: string | undefined): void;
  /** Says that a message is being published with RETAIN which is not to stay; a former one goes. */
  leaveUnretained(packet: Pick<Packet, "payload">): void;
  /**
   * Whether a live message must not be sent to a client now, because older ones are being sent from
   * its queue, where this one waits as well. For Aedes' `authorizeForward`: answer it with `null`.
   */
  holdsBack(clientId: string | null, packet: PacketReference): boolean;
  /** A message was not sent to its client, and counts as delivered [MQTT-3.1.2-25]. */
  delivered(clientId: string, messageId: number): void;
  counters(): Readonly<Record<string, number>>;
}

export interface PersistenceOptions {
  /** The folder for the state; without it the state ends with the process. */
  readonly dir?: string | undefined;
  readonly limits?: Partial<PersistenceLimits>;
  readonly log: Log;
  /** Owns the wall clock and the minutes between two sweeps. */
  readonly clock?: Clock;
}

const sweepMs = 60_000;

/** Creates the broker's memory; nothing is read or written before `start`. */
export function createPersistence(options: PersistenceOptions): Persistence {
  const { dir, log, clock = systemClock } = options;
  let current: Journal = createNoJournal();
  const journal = followJournal(() => current);
  const limits = { ...defaultLimits, ...options.limits };
  let aedes: AedesBroker | undefined;
  const onSessionEnd = (clientId: string): void => {
    aedes?.clearSessionExpiry?.(clientId);
  };
  const state = createState({ journal, limits, log, now: () => clock.now(), onSessionEnd });
  let isRestored = false;
  let cancelSweep = (): void => {};
  let cancelWills: readonly (() => void)[] = [];

  const sweepRegularly = (): void => {
    cancelSweep = clock.after(sweepMs, () => {
      state.sweep();
      sweepRegularly();
    });
  };

  const onSetup = (broker: AedesBroker): void => {
    aedes = broker;
    sweepRegularly();
    // The timers alone say when: the wall clock of a Pi jumps when the network gives it the time.
    cancelWills = [...state.wills.orphansDueAt()].map((dueMs) =>
      clock.after(dueMs, () => {
        for (const will of state.wills.takeOrphans(dueMs)) publishWill(broker, will, log);
      }),
    );
  };

  return {
    aedes: createAedesPersistence(state, onSetup),
    limits,
    async start() {
      if (dir === undefined) return;
      const { file, records } = await openJournalFile(dir, log);
      // A second start in one process has everything in memory already.
      if (!isRestored) restoreState(state, records, log);
      isRestored = true;
      const liveBytes = [...records.values()].reduce((sum, value) => sum + value.length, 0);
      current = startJournal({ file, snapshot: () => snapshotOf(state), liveBytes, log });
      state.sessions.noteInterrupted();
      state.sweep();
    },
    async stop() {
      cancelSweep();
      for (const cancel of cancelWills) cancel();
      await current.stop();
    },
    isSynced: () => current.isSynced(),
    synced: () => current.synced(),
    owners: {
      ownerOf: (clientId) => state.sessions.get(clientId)?.owner,
      remember: (clientId, owner) => {
        state.sessions.own(clientId, owner);
      },
      forget() {},
    },
    attributeRetained: (packet, owner) => {
      state.retained.attribute(packet, owner);
    },
    leaveUnretained: (packet) => {
      state.retained.leave(packet);
    },
    delivered(clientId, messageId) {
      const session = state.sessions.get(clientId);
      if (session !== undefined) state.outgoing.clear(session, { messageId });
    },
    holdsBack: (clientId, packet) => holdsBack(state, clientId, packet),
    counters: () => {
      const { storedBytes, failures } = current.counters();
      return { ...state.counters(), stored_bytes: storedBytes, store_failures: failures };
    },
  };
}

/** The state is made before the file is open, and never learns that there was no journal at first. */
function followJournal(current: () => Journal): Journal {
  return {
    create: (key, encode) => {
      current().create(key, encode);
    },
    put: (key, encode, urgency) => {
      current().put(key, encode, urgency);
    },
    delete: (key, urgency) => {
      current().delete(key, urgency);
    },
    isSynced: () => current().isSynced(),
    synced: () => current().synced(),
    stop: () => current().stop(),
    counters: () => current().counters(),
  };
}

function holdsBack({ sessions }: State, clientId: string | null, packet: PacketReference): boolean {
  // One that has its id comes from the queue itself.
  if (clientId === null || packet.messageId !== undefined) return false;
  const session = sessions.get(clientId);
  const message = session?.queue.byOrigin(packet);
  return message !== undefined && session?.drain.holdsBack(message) === true;
}

/** The will was allowed when its client connected; whoever asks now is nobody's client. */
function publishWill(broker: AedesBroker, will: Will, log: Log): void {
  const { topic, payload, qos, retain, clientId } = will;
  const properties: Record<string, unknown> = { ...will.properties };
  // A property of wills only: in a PUBLISH it is an error (MQTT 5, 3.3.2.3).
  delete properties["willDelayInterval"];
  const message = { cmd: "publish", topic, payload, qos, retain, properties };
  broker.publish(message, (error) => {
    if (error)
      log.warn({ client: clientId, reason: error.message }, "a last will was not published");
  });
}
