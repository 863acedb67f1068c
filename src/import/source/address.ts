import { EarshotError } from "../../errors.js";

/** Whether a location is an address on the web and no path. */
export function isAddress(location: string): boolean {
  return /^https?:\/\//iu.test(location);
}

/** An address, and the checksum that its fragment asks for. */
export interface Address {
  readonly url: URL;
  /** In lower-case hexadecimal digits. */
  readonly sha256: string | undefined;
}

/**
 * Reads `https://example.org/songs.csv#sha256=<64 hexadecimal digits>`.
 *
 * @throws EarshotError `bad_usage` when it is no address, or the checksum is none
 */
export function parseAddress(location: string): Address {
  if (!URL.canParse(location)) throw usage(`${location} is no valid address`);
  const url = new URL(location);
  const fragment = url.hash.slice(1);
  url.hash = "";
  if (!fragment.startsWith("sha256=")) return { url, sha256: undefined };
  const sha256 = fragment.slice("sha256=".length).toLowerCase();
  if (!/^[0-9a-f]{64}$/u.test(sha256)) {
    throw usage(`expected 64 hexadecimal digits after "#sha256=", received "${sha256}"`);
  }
  return { url, sha256 };
}

/** For messages and logs: without user name, password and query, which can hold secrets. */
export function shownAddress(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/**
 * Where a redirect leads.
 *
 * @throws EarshotError `source_unavailable` when it leads nowhere, to something that is not the web,
 *   or from https to http, where anyone on the way can change the file
 */
export function redirectTarget(from: URL, location: string | undefined): URL {
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw unavailable(`${shownAddress(from)} redirects to no valid address`);
  }
  const to = new URL(location, from);
  to.hash = "";
  if (to.protocol !== "https:" && to.protocol !== "http:") {
    throw unavailable(`${shownAddress(from)} redirects to ${to.protocol}, which is not fetched`);
  }
  if (from.protocol === "https:" && to.protocol === "http:") {
    throw unavailable(`${shownAddress(from)} redirects from https to http, which is not safe`);
  }
  return to;
}

/**
 * The name of the file that an address means, fit for a file of that name: the last part of its
 * path, letters, digits and `. _ -` only, never hidden and at most 80 long.
 */
export function fileNameOf(url: URL): string {
  const last = url.pathname.split("/").findLast((part) => part !== "") ?? "";
  const name = decode(last)
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, "_")
    .slice(-80)
    .replace(/^[._]+/u, "");
  return name === "" ? "songs" : name;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function usage(message: string): EarshotError {
  return new EarshotError("bad_usage", message);
}

function unavailable(message: string): EarshotError {
  return new EarshotError("source_unavailable", message);
}
