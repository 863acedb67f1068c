import type { NodeTopics } from "../contract/topics.js";
import type { Entities } from "./entity.js";

/** The entities that every node has. */
export function nodeEntities(topics: NodeTopics): Entities {
  return {
    started: {
      platform: "sensor",
      name: "Started",
      icon: "mdi:clock-start",
      device_class: "timestamp",
      entity_category: "diagnostic",
      // A time that stands still, where an uptime would be recorded every minute.
      state_topic: topics.info.topic,
      value_template: "{{ value_json.started_at }}",
    },
    memory: {
      platform: "sensor",
      name: "Memory",
      icon: "mdi:memory",
      device_class: "data_size",
      entity_category: "diagnostic",
      state_topic: topics.health.topic,
      value_template: "{{ value_json.rss_mb }}",
      unit_of_measurement: "MB",
      state_class: "measurement",
      suggested_display_precision: 0,
    },
  };
}
