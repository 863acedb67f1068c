import { isEarlyClose, isVersionRefusal } from "./broker-errors.js";
import { type Connection, type ConnectOptions, connectToBroker } from "./connection.js";

export type VersionSetting = "auto" | "4" | "5";

/**
 * Makes a connector that finds out which version of MQTT the broker speaks and keeps to it.
 *
 * `auto` tries MQTT 5 first; a broker that refuses the version, or hangs up on it, gets 3.1.1. To
 * hang up may have been an accident: only a broker that said no is not asked for 5 again.
 */
export function createConnector(
  setting: VersionSetting,
): (options: Omit<ConnectOptions, "version">) => Promise<Connection> {
  let known: 4 | 5 | undefined = setting === "auto" ? undefined : setting === "5" ? 5 : 4;
  return async (options) => {
    if (known !== undefined) return await connectToBroker({ ...options, version: known });
    try {
      const connection = await connectToBroker({ ...options, version: 5 });
      known = 5;
      return connection;
    } catch (error) {
      if (isVersionRefusal(error)) known = 4;
      else if (!isEarlyClose(error)) throw error;
      return await connectToBroker({ ...options, version: 4 });
    }
  };
}
