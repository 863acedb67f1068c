import { scryptSync } from "node:crypto";
import type { Access, Credentials, Peer } from "../../../src/broker/parts.js";
import { createAccess } from "../../../src/broker/users/access.js";
import { writeUserFile } from "../../../src/broker/users/user-file.js";
import { parseUserTable } from "../../../src/broker/users/user-record.js";
import { openUserStore, type UserStore } from "../../../src/broker/users/user-store.js";
import { type CliAccess, makeCliAccess } from "../../../src/cli-access.js";
import { systemClock } from "../../../src/clock.js";
import { recordLog, type RecordedLog } from "../../support/logs.js";
import { type Cleanup, makeTempFolder } from "../../support/temp-folder.js";

/** The access rules over a real users' file. */
export interface TestAccess {
  readonly access: Access;
  readonly users: UserStore;
  readonly dataDir: string;
  readonly cliAccess: CliAccess;
  readonly log: RecordedLog;
}

/** The password of every user in these tests. */
export const password = "correct horse";

/** Its hash at a sixteenth of the real cost; whoever measures the work takes `hashPassword`. */
export const passwordHash = cheapHash(password);

function cheapHash(text: string): string {
  const salt = Buffer.from("0123456789abcdef");
  const key = scryptSync(text, salt, 32, { N: 1024, r: 8, p: 1 });
  const [shownSalt, shownKey] = [salt, key].map((bytes) =>
    bytes.toString("base64").replace(/=+$/u, ""),
  );
  return `$scrypt$ln=10,r=8,p=1$${shownSalt}$${shownKey}`;
}

/** Writes users into the data folder; each gets the tests' password unless it has none on purpose. */
export async function writeUsers(
  dataDir: string,
  users: Readonly<Record<string, object>>,
): Promise<void> {
  const entries = Object.entries(users).map(([name, user]) => [
    name,
    { password: passwordHash, ...user },
  ]);
  await writeUserFile(dataDir, parseUserTable(Object.fromEntries(entries)));
}

/** Access of node `kitchen` with these users; without any there is no file. */
export async function openAccess(
  t: Cleanup,
  given: Readonly<Record<string, object>>,
  { isOpenToNetwork = false, configured = {} } = {},
): Promise<TestAccess> {
  const dataDir = await makeTempFolder(t);
  if (Object.keys(given).length > 0) await writeUsers(dataDir, given);
  const log = recordLog();
  const users = await openUserStore({ dataDir, configured, log });
  t.after(() => {
    users.stop();
  });
  const cliAccess = makeCliAccess();
  const access = createAccess({
    address: { base: "earshot", node: "kitchen" },
    discoveryPrefix: "homeassistant",
    users,
    cliAccess,
    isOpenToNetwork,
    log,
    clock: systemClock,
  });
  return { access, users, dataDir, cliAccess, log };
}

export const loopback: Peer = { transport: "tcp", address: "127.0.0.1" };
export const network: Peer = { transport: "tcp", address: "192.168.1.20" };
export const own: Peer = { transport: "stream", address: "" };

/** What a CONNECT brings, by default over the network with the tests' password. */
export function credentials(
  username: string | undefined,
  rest: Partial<Credentials> = {},
): Credentials {
  return {
    clientId: username ?? "somebody",
    username,
    password: username === undefined ? undefined : Buffer.from(password),
    peer: network,
    ...rest,
  };
}
