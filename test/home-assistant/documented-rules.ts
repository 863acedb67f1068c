import { z } from "zod";

// What Home Assistant's documentation and its own checks ask of a device discovery message, written
// down from:
//   https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery (topic, device, origin,
//     components, removal), and the pages of the platforms: https://www.home-assistant.io/integrations/
//     binary_sensor.mqtt, button.mqtt, event.mqtt, number.mqtt, sensor.mqtt, switch.mqtt, text.mqtt
//   home-assistant/core, homeassistant/components/mqtt/schemas.py (device, origin, availability,
//     shared options), discovery.py (keys, removal, what a root hands down), and {binary_sensor,
//     button,event,number,sensor,switch,text}.py (`_PLATFORM_SCHEMA_BASE` and what is checked after)
// An unknown option of the root, the device, the origin or an availability makes Home Assistant
// refuse the whole message; one of a component is dropped in silence. Here both are errors.
// `default_entity_id` is known from 2025.10 on; `object_id`, which it replaces, was dropped in 2026.4
// (core #151775), so it is an error, too.

/** `<prefix>/device/[<node_id>/]<object_id>/config`. */
export const discoveryTopicPattern =
  /^[^#+]+\/device\/(?:[a-zA-Z0-9_-]+\/)?[a-zA-Z0-9_-]+\/config$/u;

/** As `valid_topic` has it (mqtt/util.py); wildcards would be allowed where one only listens. */
const topic = z
  .string()
  .min(1)
  .max(65_535)
  .regex(/^[^#+\p{Cc}]+$/u);
const template = z.string().regex(/\{[{%].*[}%]\}/su);
const webUrl = z.string().regex(/^(?:https?|homeassistant):\/\//u);

const availability = z
  .array(
    z.strictObject({
      topic,
      payload_available: z.string().optional(),
      payload_not_available: z.string().optional(),
      value_template: template.optional(),
    }),
  )
  .min(1);

/** What every entity may have; a unique id is a must with device discovery. */
const shared = {
  unique_id: z.string().min(1),
  default_entity_id: z.string().regex(/^[a-z_]+\.(?!_)(?!.*__)[a-z0-9_]+(?<!_)$/u),
  name: z.string().min(1).nullable(),
  icon: z.string().regex(/^mdi:[a-z0-9-]+$/u),
  entity_category: z.enum(["config", "diagnostic"]).optional(),
  enabled_by_default: z.boolean().optional(),
  availability: availability.optional(),
  availability_mode: z.enum(["all", "any", "latest"]).optional(),
  json_attributes_topic: topic.optional(),
  json_attributes_template: template.optional(),
  qos: z.int().min(0).max(2).optional(),
};
const readOnly = { ...shared, state_topic: topic, value_template: template.optional() };
/** An entity that only shows something cannot be of the category config. */
const shows = { ...readOnly, entity_category: z.literal("diagnostic").optional() };
const takesCommands = {
  ...shared,
  command_topic: topic,
  command_template: template.optional(),
  state_topic: topic.optional(),
  value_template: template.optional(),
  optimistic: z.boolean().optional(),
  retain: z.literal(false).optional(),
};

const event = z.strictObject({
  platform: z.literal("event"),
  ...readOnly,
  event_types: z.array(z.string()).min(1),
  device_class: z.enum(["button", "doorbell", "motion"]).optional(),
});

/** The units of the device classes that are in use here; a sensor without a class takes any. */
const unitsOfClasses: Readonly<Record<string, readonly string[]>> = {
  duration: ["d", "h", "min", "s", "ms", "µs"],
  data_size: ["bit", "B", "kB", "MB", "GB"],
  sound_pressure: ["dB", "dBA"],
};

const sensor = z
  .strictObject({
    platform: z.literal("sensor"),
    ...shows,
    device_class: z.enum(["duration", "data_size", "timestamp", "sound_pressure"]).optional(),
    state_class: z.enum(["measurement", "total", "total_increasing"]).optional(),
    unit_of_measurement: z.string().min(1).optional(),
    suggested_display_precision: z.int().min(0).optional(),
    expire_after: z.int().min(0).optional(),
    force_update: z.boolean().optional(),
  })
  .refine(
    ({ device_class: name, unit_of_measurement: unit = "" }) =>
      name === undefined || (unitsOfClasses[name]?.includes(unit) ?? unit === ""),
    { error: "the unit does not belong to the device class" },
  )
  .refine(({ device_class: name, state_class: state }) => name !== "timestamp" || !state, {
    error: "a timestamp has no state class",
  });

const binarySensor = z.strictObject({
  platform: z.literal("binary_sensor"),
  ...shows,
  device_class: z.enum(["connectivity", "problem", "running", "sound"]).optional(),
  payload_on: z.string().optional(),
  payload_off: z.string().optional(),
  expire_after: z.int().min(0).optional(),
  off_delay: z.int().min(0).optional(),
});

const switchPlatform = z.strictObject({
  platform: z.literal("switch"),
  ...takesCommands,
  device_class: z.enum(["outlet", "switch"]).optional(),
  payload_on: z.string().optional(),
  payload_off: z.string().optional(),
  state_on: z.string().optional(),
  state_off: z.string().optional(),
});

const number = z
  .strictObject({
    platform: z.literal("number"),
    ...takesCommands,
    min: z.number(),
    max: z.number(),
    step: z.number().min(0.001),
    mode: z.enum(["auto", "box", "slider"]).optional(),
    unit_of_measurement: z.string().optional(),
  })
  .refine(({ min, max }) => min < max);

const text = z
  .strictObject({
    platform: z.literal("text"),
    ...takesCommands,
    min: z.int().min(0).optional(),
    max: z.int().min(0).max(255).optional(),
    mode: z.enum(["text", "password"]).optional(),
    pattern: z.string().optional(),
  })
  .refine(({ min = 0, max = 255 }) => min <= max);

const button = z.strictObject({
  platform: z.literal("button"),
  ...shared,
  command_topic: topic,
  command_template: template.optional(),
  payload_press: z.string().optional(),
  retain: z.literal(false).optional(),
  device_class: z.enum(["identify", "restart", "update"]).optional(),
});

const component = z
  .discriminatedUnion("platform", [
    event,
    sensor,
    binarySensor,
    switchPlatform,
    number,
    text,
    button,
  ])
  .refine(({ platform, default_entity_id: id }) => id.startsWith(`${platform}.`), {
    error: "the entity id is one of another platform",
  });

/** Home Assistant takes the id of a component apart at spaces (`_generate_device_config`). */
const componentKey = z.string().regex(/^[a-zA-Z0-9_-]+$/u);

/** A component with nothing but its platform: the entity is removed. */
const removal = z.strictObject({ platform: z.string() });

/** The whole message, with abbreviations neither needed nor used. */
export const devicePayload = z.strictObject({
  device: z.strictObject({
    identifiers: z.array(z.string().min(1)).min(1),
    name: z.string(),
    manufacturer: z.string().optional(),
    model: z.string().optional(),
    model_id: z.string().optional(),
    serial_number: z.string().optional(),
    hw_version: z.string().optional(),
    sw_version: z.string().optional(),
    suggested_area: z.string().optional(),
    via_device: z.string().optional(),
    configuration_url: webUrl.optional(),
  }),
  origin: z.strictObject({
    name: z.string(),
    sw_version: z.string().optional(),
    support_url: webUrl.optional(),
  }),
  availability,
  components: z.record(componentKey, z.union([component, removal])),
});

export type CheckedPayload = z.infer<typeof devicePayload>;
