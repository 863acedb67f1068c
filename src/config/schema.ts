import { hostname } from "node:os";
import { isAbsolute, join } from "node:path";
import { foldNodeName, isBaseTopic, isNodeName } from "../contract/names.js";
import { isOrigin } from "../broker/listeners/origin.js";
import { findFaultInUsers } from "../broker/users/user-record.js";
import { isPlainTopic, isTopicPrefix } from "../contract/topic-filters.js";
import { deviceNameHint, isDeviceName } from "../mic/device-name.js";
import { isQuietHours } from "../mic/quiet-hours.js";
import { programRoot } from "../program.js";
import {
  choice,
  decimal,
  flag,
  integer,
  type Leaf,
  list,
  optionalText,
  table,
  text,
} from "./leaves.js";

/**
 * Every configuration key: what it means, its format, unit, range, default and environment
 * variable. The single source for the loader, `earshot config`, `--help` and the test that keeps
 * `config/earshot.yaml` true.
 */
export const configSchema = {
  node: {
    id: text({
      doc: "The name of this node in the topics: <base>/<node>/…. Default: the host's name, folded.",
      allowed: "1 to 32 of a-z, 0-9, _ and - (not the word any)",
      accepts: isNodeName,
      default: foldNodeName(hostname()),
      env: "EARSHOT_NODE_ID",
    }),
    onCollision: choice({
      doc: "When another live node on the external broker has this name: stop, or take the first free of <id>-2 to <id>-9.",
      words: ["stop", "suffix"],
      default: "stop",
      env: "EARSHOT_NODE_ON_COLLISION",
    }),
  },
  mqtt: {
    baseTopic: text({
      doc: "The first level or levels of every topic.",
      allowed: "topic levels of A-Z, a-z, 0-9, _ and -, at most four",
      accepts: isBaseTopic,
      default: "earshot",
      env: "EARSHOT_MQTT_BASE_TOPIC",
    }),
    url: optionalText({
      doc: "The external broker, used when broker.mode is external.",
      allowed: brokerUrlHint("mqtt"),
      accepts: isBrokerUrl,
      env: "EARSHOT_MQTT_URL",
    }),
    username: optionalText({
      doc: "The user name at the external broker.",
      allowed: "a text",
      env: "EARSHOT_MQTT_USERNAME",
    }),
    password: optionalText({
      doc: "The password at the external broker. Better kept in a file: EARSHOT_MQTT_PASSWORD_FILE.",
      allowed: "a text",
      sensitive: true,
      env: "EARSHOT_MQTT_PASSWORD",
    }),
    version: choice({
      doc: "The MQTT version to speak: 5, 4 (that is 3.1.1), or auto: 5 where the broker has it.",
      words: ["auto", "5", "4"],
      default: "auto",
      env: "EARSHOT_MQTT_VERSION",
    }),
    tls: {
      ca: optionalText({
        doc: "A PEM file with the authority that signed the external broker's certificate.",
        allowed: "the absolute path of a file",
        accepts: isAbsolute,
        env: "EARSHOT_MQTT_TLS_CA",
      }),
      cert: optionalText({
        doc: "A PEM file with this node's own certificate, for brokers that ask for one.",
        allowed: "the absolute path of a file",
        accepts: isAbsolute,
        env: "EARSHOT_MQTT_TLS_CERT",
      }),
      key: optionalText({
        doc: "A PEM file with the key to mqtt.tls.cert.",
        allowed: "the absolute path of a file",
        accepts: isAbsolute,
        env: "EARSHOT_MQTT_TLS_KEY",
      }),
    },
  },
  broker: {
    mode: choice({
      doc: "embedded: this node carries the broker. external: it is a client of the one at mqtt.url.",
      words: ["embedded", "external"],
      default: "embedded",
      env: "EARSHOT_BROKER_MODE",
    }),
    host: text({
      doc: "The address on which the embedded broker listens; 0.0.0.0 is all of IPv4, :: is all. Other machines need users.",
      allowed: "an IP address or a host name",
      accepts: isHost,
      default: "127.0.0.1",
      env: "EARSHOT_BROKER_HOST",
    }),
    port: integer({
      doc: "The TCP port of the embedded broker; 0 takes a free one, which the start line and info name.",
      min: 0,
      max: 65_535,
      default: 1883,
      env: "EARSHOT_BROKER_PORT",
    }),
    allowAnonymousFromTheWholeNetwork: flag({
      doc: "Serve everybody who reaches broker.host while there are no users: anybody on the network may then read and publish all.",
      default: false,
      env: "EARSHOT_BROKER_ALLOW_ANONYMOUS_FROM_THE_WHOLE_NETWORK",
    }),
    persistence: flag({
      doc: "Whether retained messages, sessions and their queues survive a restart; false keeps them in memory only.",
      default: true,
      env: "EARSHOT_BROKER_PERSISTENCE",
    }),
    ws: {
      host: optionalText({
        doc: "The address on which MQTT over WebSocket listens. Empty: broker.host.",
        allowed: "an IP address or a host name",
        accepts: isHost,
        env: "EARSHOT_BROKER_WS_HOST",
      }),
      port: integer({
        doc: "The port for MQTT over WebSocket (paths / and /mqtt); 0 is off.",
        min: 0,
        max: 65_535,
        default: 0,
        env: "EARSHOT_BROKER_WS_PORT",
      }),
      tls: flag({
        doc: "Whether broker.ws.port speaks wss, with the certificate of broker.tls.",
        default: false,
        env: "EARSHOT_BROKER_WS_TLS",
      }),
      origins: list({
        doc: "Origins of web pages that may connect, beside pages of this host; * is all.",
        allowed: "a list of origins such as https://home.example:8123, or *",
        accepts: isOrigin,
        default: [],
        env: "EARSHOT_BROKER_WS_ORIGINS",
      }),
    },
    tls: {
      host: optionalText({
        doc: "The address on which MQTT over TLS listens. Empty: broker.host.",
        allowed: "an IP address or a host name",
        accepts: isHost,
        env: "EARSHOT_BROKER_TLS_HOST",
      }),
      port: integer({
        doc: "The port for MQTT over TLS, usually 8883; 0 is off.",
        min: 0,
        max: 65_535,
        default: 0,
        env: "EARSHOT_BROKER_TLS_PORT",
      }),
      cert: optionalText({
        doc: "A PEM file with the broker's certificate, followed by those between it and its authority. Read again when it changes.",
        allowed: "the absolute path of a file",
        accepts: isAbsolute,
        env: "EARSHOT_BROKER_TLS_CERT",
      }),
      key: optionalText({
        doc: "A PEM file with the key to broker.tls.cert, without a passphrase.",
        allowed: "the absolute path of a file",
        accepts: isAbsolute,
        env: "EARSHOT_BROKER_TLS_KEY",
      }),
      clientCa: optionalText({
        doc: "A PEM file with the authority that signs clients: the common name of a client's certificate is then its user.",
        allowed: "the absolute path of a file",
        accepts: isAbsolute,
        env: "EARSHOT_BROKER_TLS_CLIENT_CA",
      }),
    },
    limits: {
      clients: integer({
        doc: "Clients of the embedded broker at a time; one more is refused.",
        min: 1,
        max: 1700,
        default: 1000,
        env: "EARSHOT_BROKER_LIMITS_CLIENTS",
      }),
      messagesPerSecond: integer({
        doc: "Messages of one client; a quicker one is read more slowly, and loses nothing. On a Raspberry Pi 3 with clients that you do not trust: 1000.",
        unit: "messages a second",
        min: 10,
        max: 1_000_000,
        default: 50_000,
        env: "EARSHOT_BROKER_LIMITS_MESSAGES_PER_SECOND",
      }),
      packetBytes: integer({
        doc: "The largest packet that a client may send; a larger one ends its connection.",
        unit: "bytes",
        min: 1_048_576,
        max: 16_777_216,
        default: 1_048_576,
        env: "EARSHOT_BROKER_LIMITS_PACKET_BYTES",
      }),
      sessionDays: integer({
        doc: "How long a session waits for its client to come back.",
        unit: "days",
        min: 1,
        max: 365,
        default: 7,
        env: "EARSHOT_BROKER_LIMITS_SESSION_DAYS",
      }),
      queuedMessages: integer({
        doc: "Messages that wait for one absent client; one more takes the place of the oldest.",
        min: 10,
        max: 10_000,
        default: 1000,
        env: "EARSHOT_BROKER_LIMITS_QUEUED_MESSAGES",
      }),
      retainedMessages: integer({
        doc: "Topics with a retained message, of which one user may have half; on a further topic it is delivered and not kept.",
        min: 100,
        max: 100_000,
        default: 10_000,
        env: "EARSHOT_BROKER_LIMITS_RETAINED_MESSAGES",
      }),
    },
    users: table({
      doc: "Users of the embedded broker, beside those that `earshot user` keeps: name → password (a hash), role, read, write, readwrite.",
      allowed:
        "a table of user names, each with password (a hash of `earshot user password`), role, read, write or readwrite",
      findFault: findFaultInUsers,
      sensitive: true,
      default: {},
      env: "EARSHOT_BROKER_USERS",
    }),
  },
  mdns: {
    enabled: flag({
      doc: "Whether the embedded broker is announced on the network (_mqtt._tcp), so that earshot ask and watch on other machines find it; there: whether they sign in at a broker that they have found so.",
      default: false,
      env: "EARSHOT_MDNS_ENABLED",
    }),
  },
  bridge: {
    url: optionalText({
      doc: "Another broker that the embedded one is joined to: what this node says goes there, requests come from there. Empty: none.",
      allowed: brokerUrlHint("bridge"),
      accepts: isBrokerUrl,
      env: "EARSHOT_BRIDGE_URL",
    }),
    username: optionalText({
      doc: "The user name at the broker of bridge.url.",
      allowed: "a text",
      env: "EARSHOT_BRIDGE_USERNAME",
    }),
    password: optionalText({
      doc: "The password at the broker of bridge.url. Better kept in a file: EARSHOT_BRIDGE_PASSWORD_FILE.",
      allowed: "a text",
      sensitive: true,
      env: "EARSHOT_BRIDGE_PASSWORD",
    }),
    version: choice({
      doc: "The MQTT version to speak with bridge.url: 5, 4 (that is 3.1.1), or auto: 5 where the broker has it.",
      words: ["auto", "5", "4"],
      default: "auto",
      env: "EARSHOT_BRIDGE_VERSION",
    }),
    tls: {
      ca: optionalText({
        doc: "A PEM file with the authority that signed the certificate of bridge.url.",
        allowed: "the absolute path of a file",
        accepts: isAbsolute,
        env: "EARSHOT_BRIDGE_TLS_CA",
      }),
      cert: optionalText({
        doc: "A PEM file with this node's own certificate, for brokers that ask for one.",
        allowed: "the absolute path of a file",
        accepts: isAbsolute,
        env: "EARSHOT_BRIDGE_TLS_CERT",
      }),
      key: optionalText({
        doc: "A PEM file with the key to bridge.tls.cert.",
        allowed: "the absolute path of a file",
        accepts: isAbsolute,
        env: "EARSHOT_BRIDGE_TLS_KEY",
      }),
    },
  },
  mic: {
    enabled: flag({
      doc: "Whether this node listens to a microphone.",
      default: true,
      env: "EARSHOT_MIC_ENABLED",
    }),
    device: text({
      doc: "The capture device as `arecord -L` names it, best by card name: plughw:CARD=Name,DEV=0.",
      allowed: deviceNameHint,
      accepts: isDeviceName,
      default: "default",
      env: "EARSHOT_MIC_DEVICE",
    }),
    rateHz: integer({
      doc: "The sample rate of the capture.",
      unit: "Hz",
      min: 8000,
      max: 192_000,
      default: 44_100,
      env: "EARSHOT_MIC_RATE_HZ",
    }),
    mode: choice({
      doc: "adaptive: so many dB above the room's noise floor. fixed: above a level. classic: the rule of the original article.",
      words: ["adaptive", "fixed", "classic"],
      default: "adaptive",
      env: "EARSHOT_MIC_MODE",
    }),
    riseDb: decimal({
      doc: "adaptive: how far above the noise floor a sound must rise.",
      unit: "dB",
      min: 3,
      max: 60,
      default: 12,
      env: "EARSHOT_MIC_RISE_DB",
    }),
    thresholdDb: decimal({
      doc: "fixed: the level that a sound must reach.",
      unit: "dBFS",
      min: -90,
      max: 0,
      default: -36,
      env: "EARSHOT_MIC_THRESHOLD_DB",
    }),
    minLevelDb: decimal({
      doc: "adaptive: below this level nothing is a sound, however quiet the room.",
      unit: "dBFS",
      min: -96,
      max: 0,
      default: -70,
      env: "EARSHOT_MIC_MIN_LEVEL_DB",
    }),
    refractoryMs: integer({
      doc: "So long after a sound no other one begins.",
      unit: "ms",
      min: 0,
      max: 5000,
      default: 250,
      env: "EARSHOT_MIC_REFRACTORY_MS",
    }),
    maxDurationMs: integer({
      doc: "A sound that lasts longer has become the background.",
      unit: "ms",
      min: 250,
      max: 60_000,
      default: 2000,
      env: "EARSHOT_MIC_MAX_DURATION_MS",
    }),
    quietHours: optionalText({
      doc: "Hours of local time in which no peaks are told, such as 22:00-07:00.",
      allowed: "a range of local time such as 22:00-07:00",
      accepts: isQuietHours,
      env: "EARSHOT_MIC_QUIET_HOURS",
    }),
  },
  ask: {
    windowMs: integer({
      doc: "How long a peak keeps the question open on <base>/<node>/ask/state; 0 is off.",
      unit: "ms",
      min: 0,
      max: 600_000,
      default: 30_000,
      env: "EARSHOT_ASK_WINDOW_MS",
    }),
  },
  recommender: {
    enabled: flag({
      doc: "Whether this node answers titles.",
      default: true,
      env: "EARSHOT_RECOMMENDER_ENABLED",
    }),
    limit: integer({
      doc: "How many songs a reply holds when the request does not say.",
      unit: "songs",
      min: 1,
      max: 100,
      default: 10,
      env: "EARSHOT_RECOMMENDER_LIMIT",
    }),
    rateLimit: integer({
      doc: "Requests a second that one <client> may send, with as many in a burst; 0 is no limit.",
      unit: "requests/s",
      min: 0,
      max: 1_000_000,
      default: 200,
      env: "EARSHOT_RECOMMENDER_RATE_LIMIT",
    }),
    replyPrefixes: list({
      doc: "Where a reply_to or an MQTT 5 Response Topic may lie. Empty: only below the base topic.",
      allowed: "a list of topic prefixes that end in / and hold no wildcard",
      accepts: isTopicPrefix,
      default: [],
      env: "EARSHOT_RECOMMENDER_REPLY_PREFIXES",
    }),
  },
  homeAssistant: {
    discovery: choice({
      doc: "Whether this node shows itself to Home Assistant; auto: on an external broker, over a bridge, and on the embedded one once Home Assistant is seen there.",
      words: ["auto", "true", "false"],
      default: "auto",
      env: "EARSHOT_HOME_ASSISTANT_DISCOVERY",
    }),
    prefix: text({
      doc: "The discovery prefix that is set in Home Assistant's MQTT integration.",
      allowed: "a topic without wildcards, control characters and empty levels, not below $",
      accepts: isPlainTopic,
      default: "homeassistant",
      env: "EARSHOT_HOME_ASSISTANT_PREFIX",
    }),
    statusTopic: text({
      doc: "The topic of Home Assistant's birth message, whose payload must be online.",
      allowed: "a topic without wildcards, control characters and empty levels, not below $",
      accepts: isPlainTopic,
      default: "homeassistant/status",
      env: "EARSHOT_HOME_ASSISTANT_STATUS_TOPIC",
    }),
    configurationUrl: optionalText({
      doc: "Where the Visit button of the device leads: a page of yours about this node.",
      allowed: "an http:// or https:// address without user and password",
      accepts: isWebUrl,
      env: "EARSHOT_HOME_ASSISTANT_CONFIGURATION_URL",
    }),
  },
  data: {
    dir: text({
      doc: "The folder for everything the node writes. Default: data beside the program; as a service /var/lib/earshot.",
      allowed: "the absolute path of a folder",
      accepts: isAbsolute,
      default: join(programRoot, "data"),
      env: "EARSHOT_DATA_DIR",
    }),
  },
  log: {
    level: choice({
      doc: "The least level that is logged.",
      words: ["debug", "info", "warn", "error", "silent"],
      default: "info",
      env: "EARSHOT_LOG_LEVEL",
    }),
    pretty: choice({
      doc: "Log lines for people (true) or as JSON (false); auto: for people on a terminal.",
      words: ["auto", "true", "false"],
      default: "auto",
      env: "EARSHOT_LOG_PRETTY",
    }),
  },
};

type Values<Schema> = {
  readonly [Key in keyof Schema]: Schema[Key] extends Leaf<infer Value>
    ? Value
    : Values<Schema[Key]>;
};

/** The effective configuration, one value for each key of the schema. */
export type Config = Values<typeof configSchema>;

/** Every key in dotted form, in the schema's order. */
export function configLeaves(): ReadonlyMap<string, Leaf<unknown>> {
  const leaves = new Map<string, Leaf<unknown>>();
  collect(configSchema, "", leaves);
  return leaves;
}

function collect(branch: object, prefix: string, leaves: Map<string, Leaf<unknown>>): void {
  for (const [name, value] of Object.entries(branch)) {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    if (isLeaf(value)) leaves.set(key, value);
    else collect(value, key, leaves);
  }
}

function isLeaf(value: object): value is Leaf<unknown> {
  return "env" in value && "allowed" in value;
}

function isHost(value: string): boolean {
  return /^[\w.:%-]{1,253}$/u.test(value);
}

function brokerUrlHint(branch: string): string {
  return (
    "mqtt://host:1883, mqtts://host:8883, ws://host/path or wss://host/path, without user and " +
    `password (those are ${branch}.username and ${branch}.password)`
  );
}

function isBrokerUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  const isKnown = ["mqtt:", "mqtts:", "ws:", "wss:"].includes(protocol);
  // The URL is printed and published; a password in it would be, too.
  return isKnown && hostname !== "" && username === "" && password === "";
}

function isWebUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  // It is published to everybody on the broker.
  return ["http:", "https:"].includes(protocol) && username === "" && password === "";
}
