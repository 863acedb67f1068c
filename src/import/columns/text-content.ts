const id =
  /^(?:(?:TR|SO|AR)[A-Z0-9]{16}|[A-Za-z0-9]{22}|spotify:[a-z]+:\w+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,64})$/u;
const address = /^(?:https?|ftp|file):\/\/|^www\./iu;
const number = /^[-+]?\d+(?:[.,]\d+)?$/u;

/** So much of a column decides what it holds. */
const mostShare = 0.9;
/** An id that is the same for every second row is not the song's. */
const leastDistinct = 0.5;
const longestId = 128;

/** Why a column of texts cannot be titles or artists; `undefined` when it may be. */
export function whyNoNames(texts: readonly string[]): string | undefined {
  const known = texts.filter((text) => text !== "");
  if (known.length === 0) return "it is empty";
  const share = (pattern: RegExp) =>
    known.filter((text) => pattern.test(text)).length / known.length;
  if (share(id) >= mostShare) return "it holds ids";
  if (share(address) >= mostShare) return "it holds addresses";
  // One song is no column: "1999" is a title.
  return known.length > 2 && share(number) >= mostShare ? "it holds numbers" : undefined;
}

/** Why a column cannot be the songs' ids; `undefined` when it can. */
export function whyNoId(texts: readonly string[]): string | undefined {
  const known = texts.filter((text) => text !== "");
  if (known.length < texts.length * mostShare) return "many are missing";
  if (known.some((text) => text.length > longestId)) return "too long for an id";
  if (new Set(known).size < known.length * leastDistinct) return "the same for many songs";
  const hasBlank = known.filter((text) => /\s/u.test(text)).length;
  return hasBlank > known.length * (1 - mostShare) ? "it holds words, not ids" : undefined;
}
