import { isLoopbackAddress } from "../broker/peer-address.js";
import { readCliAccess } from "../cli-access.js";
import type { Config } from "../config/schema.js";

/** How a command signs in at the embedded broker of a node. */
export interface SignIn {
  readonly username: string;
  readonly password: string;
}

/**
 * The user that is configured (`mqtt.username`), or else the one that the node has left in the data
 * folder. The latter opens everything, so it goes to a broker of this machine only.
 *
 * @param host where the broker is; `undefined` where the node's own note says so
 */
export async function chooseSignIn(
  { mqtt, data }: Config,
  host: string | undefined,
): Promise<SignIn | undefined> {
  const { username, password } = mqtt;
  if (username !== "") return { username, password };
  const isHere = host === undefined || host === "localhost" || isLoopbackAddress(host);
  return isHere ? await readCliAccess(data.dir) : undefined;
}
