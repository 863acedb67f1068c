import { isIP } from "node:net";
import { hostname } from "node:os";

/**
 * Whether a WebSocket may be opened by a page of this origin. A browser opens one to any address at
 * any page's wish, so without this check every web page could talk to the broker of its reader.
 *
 * - no origin: no browser, so nothing to protect;
 * - listed in `broker.ws.origins`, where `*` lists all;
 * - a page that came from this very host (whatever its port), as long as the host's name is one
 *   that nobody outside can have pointed here: an address, `localhost`, this machine's name or one
 *   in `.local`. Any other name could be a stranger's whose DNS answers with an address at home.
 *
 * @param host the request's Host header
 */
export function isOriginAllowed(
  origin: string | undefined,
  { host, allowed }: { readonly host: string | undefined; readonly allowed: readonly string[] },
): boolean {
  if (origin === undefined || allowed.includes("*") || allowed.includes(origin)) return true;
  const page = hostOf(origin);
  const here = host === undefined ? undefined : hostOf(`http://${host}`);
  return page !== undefined && page === here && isOwnName(here);
}

/** Whether a text may be an entry of `broker.ws.origins`. */
export function isOrigin(text: string): boolean {
  return text === "*" || (URL.canParse(text) && new URL(text).origin === text);
}

function hostOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const name = new URL(url).hostname.toLowerCase();
  return name === "" ? undefined : name;
}

function isOwnName(name: string): boolean {
  const isAddress = isIP(name.replaceAll(/^\[|\]$/gu, "")) !== 0;
  const own = hostname().toLowerCase();
  return isAddress || name === "localhost" || name === own || name.endsWith(".local");
}
