import type { NodeTopics } from "../contract/topics.js";
import type { Entities, Entity } from "./entity.js";

export type MicMode = "adaptive" | "fixed" | "classic";

/** What the threshold means, and what the node takes, in each mode; in `classic` there is none. */
const thresholds = {
  adaptive: { name: "Peak rise", unit_of_measurement: "dB", min: 3, max: 60 },
  fixed: { name: "Peak threshold", unit_of_measurement: "dBFS", min: -90, max: 0 },
  classic: undefined,
} as const;

/** The level comes every second: after so many seconds of silence it is not known any more. */
const levelExpiresS = 10;

/**
 * The entities of a node with ears.
 *
 * Levels have no `device_class`: `sound_pressure` is for dB and dBA, not for dBFS.
 */
export function microphoneEntities(topics: NodeTopics, mode: MicMode): Entities {
  const threshold = thresholds[mode];
  return {
    peak: {
      platform: "event",
      name: "Peak",
      icon: "mdi:waveform",
      state_topic: topics.micPeak.topic,
      event_types: ["peak"],
      qos: 1,
    },
    level: {
      platform: "sensor",
      name: "Level",
      icon: "mdi:volume-high",
      state_topic: topics.micLevel.topic,
      unit_of_measurement: "dBFS",
      state_class: "measurement",
      suggested_display_precision: 1,
      expire_after: levelExpiresS,
    },
    microphone: {
      platform: "switch",
      name: "Microphone",
      icon: "mdi:microphone",
      state_topic: topics.micEnabled.topic,
      command_topic: topics.micEnabledSet.topic,
      qos: 1,
    },
    ...(threshold === undefined
      ? {}
      : {
          threshold: {
            platform: "number",
            icon: "mdi:tune-vertical",
            state_topic: topics.micThreshold.topic,
            command_topic: topics.micThresholdSet.topic,
            step: 0.5,
            mode: "box",
            qos: 1,
            entity_category: "config",
            ...threshold,
          } satisfies Entity,
        }),
    question: {
      platform: "binary_sensor",
      name: "Question open",
      icon: "mdi:chat-question",
      state_topic: topics.askState.topic,
      payload_on: "waiting",
      payload_off: "idle",
    },
    microphone_problem: {
      platform: "binary_sensor",
      name: "Microphone problem",
      icon: "mdi:microphone-question",
      device_class: "problem",
      entity_category: "diagnostic",
      state_topic: topics.micState.topic,
      value_template: "{{ 'ON' if value == 'unavailable' else 'OFF' }}",
      json_attributes_topic: topics.info.topic,
      json_attributes_template: "{{ value_json.mic | default({}) | tojson }}",
    },
    noise_floor: {
      platform: "sensor",
      name: "Noise floor",
      icon: "mdi:volume-low",
      entity_category: "diagnostic",
      state_topic: topics.health.topic,
      value_template: "{{ value_json.noise_floor_db }}",
      unit_of_measurement: "dBFS",
      state_class: "measurement",
      suggested_display_precision: 1,
    },
    peaks: {
      platform: "sensor",
      name: "Peaks",
      icon: "mdi:counter",
      entity_category: "diagnostic",
      state_topic: topics.health.topic,
      value_template: "{{ value_json.peaks }}",
      state_class: "total_increasing",
      suggested_display_precision: 0,
    },
  };
}
