import { z } from "zod";

/** The largest state or event that a client of ours accepts, in bytes. */
export const maxStateBytes = 64 * 1024;

const isoTime = z.iso.datetime();

/** The three roles that a node can run. */
export const roles = ["broker", "mic", "recommender"] as const;

export type Role = (typeof roles)[number];

/** `<n>/info`: what this node is. */
export const infoSchema = z.object({
  name: z.literal("earshot"),
  version: z.string(),
  api: z.literal(1),
  node: z.string(),
  /** Another one at each start, so that two nodes of one name can be told apart. */
  instance: z.string(),
  roles: z.array(z.enum(roles)),
  started_at: isoTime,
  broker: z.object({
    kind: z.enum(["embedded", "external"]),
    host: z.string(),
    port: z.int(),
    /** What the node itself speaks to the broker: 5 or 4 (MQTT 3.1.1). */
    mqtt_version: z.int().optional(),
  }),
  /** Absent where the node has no ears. */
  mic: z
    .object({
      state: z.enum(["listening", "paused", "unavailable"]),
      /** Why it is unavailable, and what to do. */
      reason: z.string().optional(),
      /** When it is tried again. */
      next_try_at: isoTime.optional(),
    })
    .optional(),
  /** Absent without a catalogue. */
  catalogue: z
    .object({
      name: z.string(),
      version: z.int(),
      songs: z.int(),
      /** Where the values come from, when that must be known. */
      note: z.string().optional(),
    })
    .optional(),
});

/**
 * `<n>/health`: flat numbers, so that any tool can plot each; `time_s` is when, since 1970. Which
 * there are depends on the roles: docs/mqtt.md describes each.
 */
export const healthSchema = z
  .record(z.string(), z.number())
  .meta({ description: "Flat numbers; docs/mqtt.md describes each. A part that is off has none." });

/** `<n>/catalogue`: the live catalogue. */
export const catalogueSchema = z.object({
  name: z.string(),
  version: z.int(),
  songs: z.int(),
  features: z.array(z.string()),
  dimensions: z.int(),
  built_at: isoTime,
  sha256: z.string(),
  note: z.string().optional(),
});

/** `<n>/mic/peak`: one sound. All levels in dBFS. */
export const peakSchema = z.object({
  event_type: z.literal("peak"),
  id: z.string(),
  node: z.string(),
  time: isoTime,
  level_db: z.number(),
  peak_db: z.number(),
  threshold_db: z.number(),
  noise_floor_db: z.number(),
  duration_ms: z.number(),
});

/**
 * `<n>/claim`: `asks` whether a live node has this name; a live one `holds` it and says so. Only a
 * live node can answer, so that what a dead one left retained is never taken for one.
 */
export const claimSchema = z.object({
  instance: z.string().max(64),
  state: z.enum(["asks", "holds"]),
  /** When the holder started. */
  started_at: isoTime.optional(),
});

export type Claim = Readonly<z.infer<typeof claimSchema>>;
export type Info = Readonly<z.infer<typeof infoSchema>>;
export type Health = Readonly<z.infer<typeof healthSchema>>;
export type CatalogueState = Readonly<z.infer<typeof catalogueSchema>>;
export type PeakEvent = Readonly<z.infer<typeof peakSchema>>;
