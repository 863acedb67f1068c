import { z, type ZodType } from "zod";
import { EarshotError } from "../errors.js";

/**
 * Turns a payload's bytes into a value and back; the only way in and out of the bus.
 *
 * `Sent` is the form in which a node has the value at hand, where that is not the one it reads.
 */
export interface Codec<Value, Sent = Value> {
  /** What is described, for documents and tests; `decode` is what checks. */
  readonly schema: ZodType<Value>;
  readonly mediaType: "application/json" | "text/plain";
  encode(value: Sent): string;
  /** @throws EarshotError `bad_request` or `too_large` saying what was expected and received */
  decode(bytes: Uint8Array): Value;
}

const decimalNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Decodes text of a limited size.
 *
 * @throws EarshotError `too_large` above `maxBytes`, `bad_request` when it is not UTF-8
 */
export function decodeText(bytes: Uint8Array, maxBytes: number): string {
  if (bytes.byteLength > maxBytes) {
    throw new EarshotError(
      "too_large",
      `a payload may have ${maxBytes} bytes, this one has ${bytes.byteLength}`,
    );
  }
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new EarshotError("bad_request", "the payload is not valid UTF-8", { cause });
  }
}

/** A codec for one of a few plain words, such as `online` and `offline`. */
export function wordCodec<Word extends string>(words: readonly Word[]): Codec<Word> {
  return {
    schema: z.enum(words),
    mediaType: "text/plain",
    encode: (value) => value,
    decode(bytes) {
      const text = decodeText(bytes, 64).trim();
      const word = words.find((candidate) => candidate === text);
      if (word === undefined) {
        throw new EarshotError("bad_request", `expected ${words.join(" or ")}`);
      }
      return word;
    },
  };
}

/** A codec for a bare number, with a fixed number of decimals on the way out. */
export function numberCodec(decimals: number): Codec<number> {
  return {
    schema: z.number(),
    mediaType: "text/plain",
    encode: (value) => String(Number(value.toFixed(decimals))),
    decode(bytes) {
      const text = decodeText(bytes, 64).trim();
      const value = Number(text);
      // `Number` takes "0x10" and "" as well.
      if (!decimalNumber.test(text) || !Number.isFinite(value)) {
        throw new EarshotError("bad_request", "expected a bare number");
      }
      return value;
    },
  };
}

/** A codec for JSON that a schema describes; what comes in is validated, what goes out is ours. */
export function jsonCodec<Value>(schema: ZodType<Value>, maxBytes: number): Codec<Value> {
  return {
    schema,
    mediaType: "application/json",
    encode: (value) => JSON.stringify(value),
    decode(bytes) {
      return checkJson(schema, parseJson(decodeText(bytes, maxBytes)));
    },
  };
}

/** @throws EarshotError `bad_request` when the text is not JSON */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (cause) {
    throw new EarshotError("bad_request", "the payload is not valid JSON", { cause });
  }
}

/** @throws EarshotError `bad_request` naming the first thing that is wrong and where */
export function checkJson<Value>(schema: ZodType<Value>, value: unknown): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  throw new EarshotError("bad_request", `${where}${issue?.message ?? "unexpected value"}`);
}
