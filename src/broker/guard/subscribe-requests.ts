import { suback } from "./server-packets.js";

/** Where the answer to one filter belongs. */
interface Place {
  readonly request: Request;
  readonly index: number;
}

interface Request {
  readonly identifier: number;
  readonly codes: (number | undefined)[];
  missing: number;
}

/**
 * Takes each SUBSCRIBE apart into one for each filter, and puts the answers together again.
 *
 * The specification says so: "as if the Server received a sequence of multiple SUBSCRIBE packets,
 * except that it combines their responses" [MQTT-3.8.4-5]. Aedes does not: given several filters it
 * stores the denied ones with the allowed, loses doubled ones and `__proto__`, and answers filters
 * that look like numbers in another order.
 */
export interface SubscribeRequests {
  /** Begins a request; `undefined` as an answer means that the broker will give it. */
  begin(
    identifier: number,
    answers: readonly (number | undefined)[],
  ): { readonly identifiers: readonly number[]; readonly reply: Buffer | undefined };
  /** Takes the broker's answer to one filter; returns the whole SUBACK once nothing is missing. */
  answer(identifier: number, code: number): Buffer | undefined;
  /** Filters that the broker has not answered yet. */
  pending(): number;
}

const largestIdentifier = 65_535;

/** Creates the requests of one connection. */
export function createSubscribeRequests(version: number): SubscribeRequests {
  const places = new Map<number, Place>();
  let lastIdentifier = 0;

  const takeIdentifier = (): number => {
    do lastIdentifier = (lastIdentifier % largestIdentifier) + 1;
    while (places.has(lastIdentifier));
    return lastIdentifier;
  };

  const reply = ({ identifier, codes, missing }: Request): Buffer | undefined =>
    missing > 0
      ? undefined
      : suback(
          version,
          identifier,
          codes.map((code) => code ?? 0x80),
        );

  return {
    begin(identifier, answers) {
      const request: Request = { identifier, codes: [...answers], missing: 0 };
      const identifiers: number[] = [];
      for (const [index, code] of answers.entries()) {
        if (code !== undefined) continue;
        const own = takeIdentifier();
        places.set(own, { request, index });
        identifiers.push(own);
        request.missing += 1;
      }
      return { identifiers, reply: reply(request) };
    },
    answer(identifier, code) {
      const place = places.get(identifier);
      if (place === undefined) return undefined;
      places.delete(identifier);
      place.request.codes[place.index] = code;
      place.request.missing -= 1;
      return reply(place.request);
    },
    pending: () => places.size,
  };
}
