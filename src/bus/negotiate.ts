import {
  type Connection,
  type ConnectOptions,
  connectToBroker,
  isVersionRefusal,
} from "./connection.js";

export type VersionSetting = "auto" | "4" | "5";

/**
 * Makes a connector that finds out once which version of MQTT the broker speaks and keeps to it.
 *
 * `auto` tries MQTT 5 first; a broker that refuses the version, or hangs up on it, gets 3.1.1.
 */
export function createConnector(
  setting: VersionSetting,
): (options: Omit<ConnectOptions, "version">) => Promise<Connection> {
  let version: 4 | 5 | undefined = setting === "auto" ? undefined : setting === "5" ? 5 : 4;
  return async (options) => {
    const connection =
      version === undefined
        ? await connectWithBest(options)
        : await connectToBroker({ ...options, version });
    version = connection.version;
    return connection;
  };
}

async function connectWithBest(options: Omit<ConnectOptions, "version">): Promise<Connection> {
  try {
    return await connectToBroker({ ...options, version: 5 });
  } catch (error) {
    if (!isVersionRefusal(error)) throw error;
    return await connectToBroker({ ...options, version: 4 });
  }
}
