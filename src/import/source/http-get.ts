import { type IncomingMessage, get as getPlain } from "node:http";
import { get as getSecure } from "node:https";
import { EarshotError, messageOf } from "../../errors.js";
import { redirectTarget, shownAddress } from "./address.js";

export interface HttpGetOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Longest wait for the answer to begin, in milliseconds. */
  readonly stallMs: number;
}

const maxRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Asks for a file, following at most five redirects. The answer's content type is not looked at.
 *
 * @throws EarshotError `source_unavailable` when the server cannot be reached or leads astray,
 *   `timeout` when it says nothing
 */
export async function httpGet(url: URL, options: HttpGetOptions): Promise<IncomingMessage> {
  let target = url;
  for (let hops = 0; hops <= maxRedirects; hops++) {
    const response = await request(target, url, options);
    if (!redirects.has(response.statusCode ?? 0)) return response;
    response.destroy();
    target = redirectTarget(target, response.headers.location);
  }
  throw new EarshotError(
    "source_unavailable",
    `${shownAddress(url)} redirects more than ${maxRedirects} times`,
  );
}

/** A password is for the server that it was given for, and for no other. */
function request(url: URL, first: URL, options: HttpGetOptions): Promise<IncomingMessage> {
  const { headers, signal, stallMs } = options;
  const auth =
    url.origin === first.origin && first.username !== ""
      ? { auth: `${decodeURIComponent(first.username)}:${decodeURIComponent(first.password)}` }
      : {};
  const get = url.protocol === "https:" ? getSecure : getPlain;
  // Packed on the way, a download could not be resumed.
  const sent = { "user-agent": "earshot", "accept-encoding": "identity", ...headers };
  return new Promise((resolve, reject) => {
    const asked = get(url, { headers: sent, signal, agent: false, ...auth }, resolve);
    const timer = setTimeout(() => asked.destroy(stalled(url, stallMs)), stallMs);
    asked.once("response", () => clearTimeout(timer));
    asked.once("close", () => clearTimeout(timer));
    asked.on("error", (cause) => {
      if (cause instanceof EarshotError || signal.aborted) reject(cause);
      else reject(unreachable(url, cause));
    });
  });
}

/** Says that a server has gone silent. */
export function stalled(url: URL, stallMs: number): EarshotError {
  return new EarshotError(
    "timeout",
    `${shownAddress(url)} has sent nothing for ${stallMs / 1000} s; try again, an import goes on where it stopped`,
  );
}

/** Says that a server sends, but so little that the end would never come. */
export function tooSlow(url: URL, paceMs: number): EarshotError {
  return new EarshotError(
    "timeout",
    `${shownAddress(url)} has sent less than 1 kB/s for ${paceMs / 1000} s; try again, an import goes on where it stopped`,
  );
}

/** Says that a server cannot be reached, or has hung up. */
export function unreachable(url: URL, cause: unknown): EarshotError {
  return new EarshotError(
    "source_unavailable",
    `${shownAddress(url)} cannot be fetched: ${messageOf(cause)}`,
    { cause },
  );
}
