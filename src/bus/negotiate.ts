import { isEarlyClose, isRetainRefusal, isVersionRefusal } from "./broker-errors.js";
import { connectToBroker } from "./connect.js";
import type { Connection, ConnectOptions } from "./connection.js";

export type VersionSetting = "auto" | "4" | "5";

/** Connects once, in the way that the broker is known to accept. */
export type Connector = (options: Omit<ConnectOptions, "version">) => Promise<Connection>;

/**
 * Makes a connector that finds out which version of MQTT the broker speaks and keeps to it.
 *
 * `auto` tries MQTT 5 first; a broker that refuses the version, or hangs up on it, gets 3.1.1. To
 * hang up may have been an accident: only a broker that said no is not asked for 5 again. A broker
 * that refuses a retained last will gets an ordinary one.
 */
export function createConnector(setting: VersionSetting): Connector {
  const connectByVersion = createVersionConnector(setting);
  let canRetain = true;
  return async (options) => {
    if (!canRetain) return await connectByVersion({ ...options, canRetain });
    try {
      return await connectByVersion(options);
    } catch (error) {
      if (!isRetainRefusal(error)) throw error;
      canRetain = false;
      return await connectByVersion({ ...options, canRetain });
    }
  };
}

function createVersionConnector(setting: VersionSetting): Connector {
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
