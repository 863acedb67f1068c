import { z } from "zod";
import { EarshotError } from "../errors.js";
import { checkJson, decodeText, parseJson } from "./codec.js";

/** The largest request, in bytes. A full one of the contract needs about one kilobyte. */
export const maxRequestBytes = 8 * 1024;

/** The most characters that a title, an artist or a song id may have. */
const maxNameLength = 256;

const range = z
  .tuple([z.number(), z.number()], { error: "expected [lowest, highest]" })
  .refine(([lowest, highest]) => lowest <= highest, {
    error: "expected [lowest, highest], the lowest first",
  });

const columns = z
  .record(z.string().max(64), range)
  .refine((filters) => Object.keys(filters).length <= 32, { error: "at most 32 filters" })
  .meta({ maxProperties: 32 });

/** zod leaves out a key of this name without a word, and the reply would be unfiltered. */
const filters = z.preprocess((value, context) => {
  if (typeof value === "object" && value !== null && Object.hasOwn(value, "__proto__"))
    context.addIssue({ code: "custom", message: 'there is no column "__proto__"' });
  return value;
}, columns);

/** `<n>/recommend/request/<client>` in its JSON form. */
export const requestSchema = z
  .strictObject({
    title: name("title").optional(),
    artist: name("artist").optional(),
    song_id: name("song_id").optional(),
    limit: z
      .int({ error: "expected a whole number from 1 to 100" })
      .min(1, { error: "expected a whole number from 1 to 100" })
      .max(100, { error: "expected a whole number from 1 to 100" })
      .optional(),
    id: z
      .string({ error: "expected a text of 1 to 128 characters" })
      .min(1, { error: "expected a text of 1 to 128 characters" })
      .max(128, { error: "expected a text of 1 to 128 characters" })
      .optional(),
    filters: filters.optional(),
    max_per_artist: z
      .int({ error: "expected a whole number from 1 to 100" })
      .min(1, { error: "expected a whole number from 1 to 100" })
      .max(100, { error: "expected a whole number from 1 to 100" })
      .optional(),
    reply_to: z.string({ error: "expected a topic" }).optional(),
  })
  .refine((request) => request.title !== undefined || request.song_id !== undefined, {
    error: "title or song_id is needed",
  })
  // What a check by a function says, in the words of JSON Schema.
  .meta({ anyOf: [{ required: ["title"] }, { required: ["song_id"] }] });

/** What an asker wants to know, validated. */
export type RecommendRequest = Readonly<z.infer<typeof requestSchema>>;

/** A request as it arrived: valid, or the reason why it is not. Either way it has an id. */
export type DecodedRequest =
  | { readonly ok: true; readonly id: string; readonly request: RecommendRequest }
  | {
      readonly ok: false;
      readonly id: string;
      readonly error: EarshotError;
      /** The reply topic that the request named, when that much could be read. */
      readonly replyTo: string | undefined;
    };

/**
 * Decodes a request: JSON when the payload begins with `{`, otherwise a bare title.
 *
 * Never throws. The id is the request's own wherever it can be read, so that even a refused
 * request can be told from others; otherwise a new one.
 */
export function decodeRequest(bytes: Uint8Array): DecodedRequest {
  let value: unknown;
  try {
    const text = decodeText(bytes, maxRequestBytes).trim();
    value = text.startsWith("{") ? parseJson(text) : { title: text };
    const request = checkJson(requestSchema, value);
    return { ok: true, id: request.id ?? crypto.randomUUID(), request };
  } catch (error) {
    return {
      ok: false,
      id: readableText(value, "id", 128) ?? crypto.randomUUID(),
      error:
        error instanceof EarshotError
          ? error
          : new EarshotError("bad_request", "the request cannot be read", { cause: error }),
      replyTo: readableText(value, "reply_to", maxRequestBytes),
    };
  }
}

/** Encodes a request the way `decodeRequest` reads it. */
export function encodeRequest(request: RecommendRequest): string {
  return JSON.stringify(request);
}

function name(field: string): z.ZodType<string> {
  const article = /^[aeio]/u.test(field) ? "an" : "a";
  const expected = `expected ${article} ${field} of 1 to ${maxNameLength} characters`;
  return z
    .string({ error: expected })
    .trim()
    .min(1, { error: expected })
    .max(maxNameLength, { error: expected });
}

function readableText(value: unknown, field: string, maxLength: number): string | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, field)) return undefined;
  const found: unknown = Reflect.get(value, field);
  return typeof found === "string" && found !== "" && found.length <= maxLength ? found : undefined;
}
