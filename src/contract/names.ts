/** What a node may be called in the topics: 1 to 32 of a-z, 0-9, `_` and `-`. */
const nodeNamePattern = /^[a-z0-9_-]{1,32}$/u;

/** What an asker may call itself as the last level of its request topic. */
const clientNamePattern = /^[A-Za-z0-9_-]{1,64}$/u;

/** One or more topic levels of the same letters, so that a base can never hold a wildcard. */
const baseTopicPattern = /^[A-Za-z0-9_-]{1,64}(?:\/[A-Za-z0-9_-]{1,64}){0,3}$/u;

/** The level that stands for "whichever recommender is there"; no node may take it. */
export const anyNode = "any";

/** Whether a text may be a `<node>` level. */
export function isNodeName(text: string): boolean {
  return nodeNamePattern.test(text) && text !== anyNode;
}

/** Whether a text may be a `<client>` level. */
export function isClientName(text: string): boolean {
  return clientNamePattern.test(text);
}

/** Whether a text may be the `<base>`. */
export function isBaseTopic(text: string): boolean {
  return baseTopicPattern.test(text);
}

/**
 * Folds a host's name into a node's name: lower case, everything else than a-z, 0-9, `_`, `-`
 * becomes `-`, the domain is cut off, at most 32 characters. Never empty: `node` at the least.
 */
export function foldNodeName(hostname: string): string {
  const label = hostname.split(".")[0] ?? "";
  const folded = label
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .replaceAll(/[^a-z0-9_-]+/gu, "-")
    .replaceAll(/^-+|-+$/gu, "")
    .slice(0, 32);
  return isNodeName(folded) ? folded : "node";
}
