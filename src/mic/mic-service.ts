import { randomUUID } from "node:crypto";
import type { Bus } from "../bus/bus.js";
import type { IncomingMessage } from "../bus/connection.js";
import type { Info, PeakEvent } from "../contract/state.js";
import type { NodeTopics } from "../contract/topics.js";
import { messageOf } from "../errors.js";
import type { Log, Service } from "../lifecycle.js";
import { createLogThrottle } from "../log-throttle.js";
import { removeTemporaries } from "../storage/durable-files.js";
import type { Peak } from "./listener.js";
import { type MicSettings, openMicSettings } from "./mic-settings.js";
import {
  createMicrophone,
  type Microphone,
  type MicrophoneConfig,
  type MicrophoneState,
} from "./microphone.js";

/** The ears of a node on the bus; they listen from their start on, which comes after the settings'. */
export interface MicService extends Service {
  /** Takes what sets the microphone, from before the first client can send it. */
  readonly settings: Service;
  /** For `info`. */
  state(): NonNullable<Info["mic"]>;
  /** Flat numbers for `health`. */
  statistics(): Readonly<Record<string, number>>;
}

export interface MicServiceOptions {
  readonly bus: Bus;
  readonly topics: NodeTopics;
  readonly node: string;
  readonly config: MicrophoneConfig & { readonly mode: string };
  readonly dataDir: string;
  readonly log: Log;
  /** Called when the state, its reason or the time of the next try has changed. */
  readonly onState: () => void;
}

/**
 * Creates the service that publishes what the microphone hears and how it is, and takes
 * `mic/enabled/set` and `mic/threshold/set`.
 *
 * What is set is clamped, saved, and then answered by the new state; what cannot be understood is
 * answered by the state as it is.
 *
 * @throws EarshotError `bad_config` for a device name or quiet hours of the wrong shape
 */
export function createMicService(options: MicServiceOptions): MicService {
  const { bus, topics, config, log } = options;
  const settingsFile = openMicSettings(options.dataDir, log);
  const refused = createLogThrottle();
  const unsent = createLogThrottle();
  let thresholds: Readonly<Record<string, number>> = {};
  let unsentPeaks = 0;

  const logUnpublished = (error: unknown): void => {
    log.debug({ reason: messageOf(error) }, "a word of the microphone was not published");
  };
  const microphone: Microphone = createMicrophone({
    config,
    log,
    onPeak: (peak) => {
      bus.publish(topics.micPeak, toEvent(peak, options.node)).catch((error: unknown) => {
        unsentPeaks += 1;
        unsent.run((heldBack) => {
          log.warn({ reason: messageOf(error), heldBack }, "a peak was heard and not sent");
        });
      });
    },
    onLevel: (levelDb) => {
      bus.publish(topics.micLevel, levelDb).catch(logUnpublished);
    },
    onState: (state) => {
      bus.publish(topics.micState, state.state).catch(logUnpublished);
      options.onState();
    },
  });

  /** What is lost with the connection is retained: the bus sends it again with the next one. */
  const publishSettings = async (): Promise<void> => {
    try {
      await bus.publish(topics.micEnabled, microphone.isEnabled ? "ON" : "OFF");
      await bus.publish(topics.micThreshold, microphone.threshold);
    } catch (error) {
      logUnpublished(error);
    }
  };

  /** The JSON of what the disk holds: a message that changes nothing costs no write. */
  let saved = "";
  const settings = (): MicSettings => ({ enabled: microphone.isEnabled, thresholds });

  const saveSettings = async (): Promise<void> => {
    const wanted = JSON.stringify(settings());
    if (wanted === saved) return;
    try {
      await settingsFile.save(settings());
      saved = wanted;
    } catch (error) {
      log.error({ reason: messageOf(error) }, "settings hold until the restart: not saved");
    }
  };

  let isAsked = false;
  let settling: Promise<void> | undefined;

  /**
   * Puts the settings on the disk and then says what holds; a flood of messages costs few writes.
   * Never rejects.
   */
  const settle = async (): Promise<void> => {
    while (isAsked) {
      isAsked = false;
      await saveSettings();
      await publishSettings();
    }
  };

  const change = async (message: IncomingMessage, apply: () => void): Promise<void> => {
    try {
      if (message.retain) throw new Error("it is retained; only live messages set anything");
      apply();
    } catch (error) {
      refused.run((heldBack) => {
        log.warn({ topic: message.topic, reason: messageOf(error), heldBack }, "not set");
      });
    }
    isAsked = true;
    settling ??= settle().finally(() => {
      settling = undefined;
    });
    await settling;
  };

  const settingsService: Service = {
    name: "microphone settings",
    async start() {
      const leftovers = await removeTemporaries(options.dataDir);
      if (leftovers.length > 0) log.info({ leftovers }, "removed files of an unfinished write");
      const loaded = await settingsFile.load();
      thresholds = loaded.thresholds ?? {};
      const threshold = thresholds[config.mode];
      if (threshold !== undefined) microphone.setThreshold(threshold);
      if (loaded.enabled !== undefined) await microphone.setEnabled(loaded.enabled);
      saved = JSON.stringify(settings());
      await bus.subscribe(topics.micEnabledSet.topic, (message) =>
        change(message, () => {
          const isOn = topics.micEnabledSet.codec.decode(message.payload) === "ON";
          // The device may take a moment to be released; `mic/state` tells when it is.
          microphone.setEnabled(isOn).catch((error: unknown) => {
            log.error({ reason: messageOf(error) }, "the microphone could not be switched");
          });
        }),
      );
      await bus.subscribe(topics.micThresholdSet.topic, (message) =>
        change(message, () => {
          const wanted = topics.micThresholdSet.codec.decode(message.payload);
          thresholds = { ...thresholds, [config.mode]: microphone.setThreshold(wanted) };
        }),
      );
      await publishSettings();
    },
    async stop() {
      await settling;
    },
  };

  return {
    name: "microphone",
    settings: settingsService,
    state: () => describeState(microphone.status().state),
    statistics: () => ({ ...describeStatus(microphone), unsent_peaks: unsentPeaks }),
    start: () => microphone.start(),
    // Before the settings', whose answer may wait for a broker that is gone until it is given up.
    stop: () => microphone.stop(),
  };
}

function toEvent(peak: Peak, node: string): PeakEvent {
  return {
    event_type: "peak",
    id: randomUUID(),
    node,
    time: new Date(peak.timeMs).toISOString(),
    level_db: peak.levelDb,
    peak_db: peak.peakDb,
    threshold_db: peak.thresholdDb,
    noise_floor_db: peak.noiseFloorDb,
    duration_ms: peak.durationMs,
  };
}

function describeState(state: MicrophoneState): NonNullable<Info["mic"]> {
  if (state.state !== "unavailable") return { state: state.state };
  const { reason, nextTryAtMs } = state;
  const nextTry =
    nextTryAtMs === undefined ? {} : { next_try_at: new Date(nextTryAtMs).toISOString() };
  return { state: "unavailable", reason, ...nextTry };
}

function describeStatus(microphone: Microphone): Readonly<Record<string, number>> {
  const { state, peaks, mutedPeaks, noiseFloorDb, clippedSamples, recordings, silentS } =
    microphone.status();
  const nextTryAtMs = state.state === "unavailable" ? state.nextTryAtMs : undefined;
  return {
    peaks,
    muted_peaks: mutedPeaks,
    noise_floor_db: noiseFloorDb,
    clipped_samples: clippedSamples,
    recordings,
    mic_listening: state.state === "listening" ? 1 : 0,
    mic_silent_s: silentS,
    mic_next_try_s:
      nextTryAtMs === undefined ? 0 : Math.max(0, Math.ceil((nextTryAtMs - Date.now()) / 1000)),
  };
}
