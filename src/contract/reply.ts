import { z } from "zod";
import { replyErrorCodes } from "../errors.js";

/** The largest `recommend/last`, in bytes of UTF-8. */
export const maxLastReplyBytes = 8 * 1024;

/** The largest reply that a client of ours accepts: 100 results of long names. */
export const maxReplyBytes = 256 * 1024;

const songFields = {
  id: z.string(),
  title: z.string(),
  artist: z.string(),
  /** Absent when the catalogue does not know it: JSON leaves an undefined value out. */
  year: z.int().optional(),
};

const scoredSong = z.object({
  ...songFields,
  /** How well the query matches, 0 to 1. */
  score: z.number().min(0).max(1),
});

const match = scoredSong.extend({
  /** id: asked by song_id. exact, fuzzy (a typo), partial (a part of the title). */
  kind: z.enum(["id", "exact", "fuzzy", "partial"]),
  /** Other songs that the query may have meant, the likeliest first. */
  alternatives: z.array(scoredSong),
});

const result = z.object({
  rank: z.int().min(1),
  ...songFields,
  /** In robust standard deviations of the catalogue, 0 or more. */
  distance: z.number().min(0),
  /** 1 / (1 + distance). */
  similarity: z.number().min(0).max(1),
  /** The differences in plain words. */
  why: z.string(),
});

const okReply = z.object({
  id: z.string(),
  status: z.literal("ok"),
  query: z.string(),
  match,
  results: z.array(result),
  took_ms: z.number().min(0),
});

const errorReply = z.object({
  id: z.string(),
  status: z.literal("error"),
  error: z.object({
    code: z.enum(replyErrorCodes),
    message: z.string(),
    /** With not_found: songs that come nearest to the query, the nearest first. */
    suggestions: z.array(scoredSong).optional(),
  }),
});

/** `<n>/recommend/reply/<client>`. */
export const replySchema = z.discriminatedUnion("status", [okReply, errorReply]);

/** `<n>/recommend/last`: always a good one. */
export const lastReplySchema = okReply;

export type ScoredSong = Readonly<z.infer<typeof scoredSong>>;
export type Match = Readonly<z.infer<typeof match>>;
export type RecommendResult = Readonly<z.infer<typeof result>>;
export type OkReply = Readonly<z.infer<typeof okReply>>;
export type ErrorReply = Readonly<z.infer<typeof errorReply>>;
export type RecommendReply = OkReply | ErrorReply;
