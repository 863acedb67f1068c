import { type NodeAddress, type NodeTopics, replyTopic, requestTopic } from "../contract/topics.js";
import type { Entities } from "./entity.js";

/** The `<client>` under which Home Assistant asks. */
export const homeAssistantClient = "homeassistant";

/** Home Assistant's limit for a state, in characters. */
const maxStateLength = 255;

/**
 * Ten songs have about 3 KB as attributes; more than 16,384 bytes would not be recorded. The title
 * goes in as JSON, so that one which begins with `{` is a title still.
 */
const requestTemplate = "{{ {'title': value, 'limit': 10} | tojson }}";

/** An event needs an `event_type`: the reply's `status` is one. */
const replyEventTemplate = "{{ dict(value_json, event_type=value_json.status) | tojson }}";

const firstSong =
  "{% set songs = value_json.results %}" +
  "{{ ((songs[0].artist ~ ' – ' ~ songs[0].title) if songs else 'nothing similar')" +
  `[:${maxStateLength}] }}`;

/** The entities of a node that answers titles. */
export function recommenderEntities(address: NodeAddress, topics: NodeTopics): Entities {
  const last = topics.lastReply.topic;
  return {
    title: {
      platform: "text",
      name: "Find songs like",
      icon: "mdi:music-box-outline",
      command_topic: requestTopic(address, homeAssistantClient),
      command_template: requestTemplate,
      state_topic: last,
      value_template: `{{ (value_json.query or value_json.match.title)[:${maxStateLength}] }}`,
      min: 1,
      max: maxStateLength,
      mode: "text",
      qos: 1,
    },
    recommendation: {
      platform: "sensor",
      name: "Recommendation",
      icon: "mdi:playlist-music",
      state_topic: last,
      value_template: firstSong,
      // At most 8192 bytes, see maxLastReplyBytes.
      json_attributes_topic: last,
      qos: 1,
    },
    reply: {
      platform: "event",
      name: "Reply",
      icon: "mdi:message-reply-text",
      state_topic: replyTopic(address, homeAssistantClient),
      event_types: ["ok", "error"],
      value_template: replyEventTemplate,
      qos: 1,
    },
    again: {
      platform: "button",
      name: "Recommend again",
      icon: "mdi:refresh",
      command_topic: topics.homeAssistantAgain.topic,
      payload_press: "PRESS",
      qos: 1,
      // There is nothing to repeat before the first recommendation.
      availability_mode: "all",
      availability: [
        { topic: topics.status.topic },
        { topic: last, value_template: "{{ 'online' if value_json.match else 'offline' }}" },
      ],
    },
    catalogue_size: {
      platform: "sensor",
      name: "Catalogue size",
      icon: "mdi:music-box-multiple",
      entity_category: "diagnostic",
      state_topic: topics.catalogue.topic,
      value_template: "{{ value_json.songs }}",
      json_attributes_topic: topics.catalogue.topic,
      unit_of_measurement: "songs",
      state_class: "measurement",
      suggested_display_precision: 0,
    },
    ...queryEntities(topics),
  };
}

/** Before the first query there is no latency: `None` is Home Assistant's word for unknown. */
function unlessZero(key: string): string {
  return `{{ value_json.${key} or none }}`;
}

function queryEntities(topics: NodeTopics): Entities {
  const common = {
    platform: "sensor",
    entity_category: "diagnostic",
    state_topic: topics.health.topic,
  } as const;
  const latency = {
    ...common,
    icon: "mdi:timer-outline",
    device_class: "duration",
    unit_of_measurement: "ms",
    state_class: "measurement",
    suggested_display_precision: 2,
  } as const;
  const count = {
    ...common,
    state_class: "total_increasing",
    suggested_display_precision: 0,
  } as const;
  return {
    query_latency: {
      ...latency,
      name: "Query latency",
      value_template: unlessZero("p50_ms"),
    },
    query_latency_p99: {
      ...latency,
      name: "Query latency, 99 of 100",
      value_template: unlessZero("p99_ms"),
      enabled_by_default: false,
    },
    queries: {
      ...count,
      name: "Queries",
      icon: "mdi:counter",
      value_template: "{{ value_json.queries }}",
    },
    query_errors: {
      ...count,
      name: "Query errors",
      icon: "mdi:alert-circle-outline",
      value_template: "{{ value_json.errors }}",
    },
  };
}
