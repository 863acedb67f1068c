import { generatePassword, hashPassword } from "../broker/users/password-hash.js";
import { roleSummaries } from "../broker/users/roles.js";
import { changeUserFile, readUserFile, userFilePath } from "../broker/users/user-file.js";
import {
  findFaultInUsers,
  isTopicRule,
  isUserName,
  parseUserTable,
  type RoleName,
  roleNames,
  topicRuleHint,
  type UserRecord,
  type UserTable,
  userNameHint,
} from "../broker/users/user-record.js";
import { checkAvailability } from "../config/availability.js";
import { EarshotError, messageOf } from "../errors.js";
import { makeFolder } from "../storage/make-folder.js";
import type { Command, CommandCall } from "./command.js";
import { readNewPassword } from "./user-password.js";
import { listUsers } from "./user-list.js";

/** `earshot user`: who may use the embedded broker. */
export const userCommand: Command = {
  help: `Usage: earshot user add NAME [--role ROLE] [flags]
       earshot user password NAME [--generate]
       earshot user remove NAME
       earshot user list [--json]

Keeps the users of the embedded broker in users.json of the data folder. A node that runs takes a
change over at once: who is removed or changed is dropped. The first user ends the time in which
this machine's programs need none. The password is asked for twice on the terminal, or is the first
line of standard input; it is never an argument. For the service:
sudo -u earshot env EARSHOT_DATA_DIR=/var/lib/earshot /opt/earshot/earshot user …

  --role ROLE          what the user is for (default: ${defaultRole()}):
${describeRoles()}
  --read FILTER        may also subscribe to these topics; %u is the user's name, %c the client id;
  --write FILTER       may also publish to these; all three may be repeated
  --readwrite FILTER   may also do both
  --generate           make a password and print it, once
  --no-password        add: only for a client certificate whose common name is NAME
  --json               list: one JSON array

Examples:
  earshot user add homeassistant --role home
  earshot user add phone --role asker --generate
  earshot user add zigbee2mqtt --role home --readwrite 'zigbee2mqtt/#'`,
  takesArguments: true,
  flags: {
    role: { type: "string" },
    read: { type: "string", multiple: true },
    write: { type: "string", multiple: true },
    readwrite: { type: "string", multiple: true },
    generate: { type: "boolean" },
    "no-password": { type: "boolean" },
    json: { type: "boolean" },
  },
  async run(call) {
    const [action = "", name, ...rest] = call.positionals;
    if (action === "list" && name === undefined) return await listUsers(call);
    const change = Object.hasOwn(changes, action) ? changes[action] : undefined;
    if (change === undefined || name === undefined || rest.length > 0) {
      throw new EarshotError(
        "bad_usage",
        "expected: earshot user add|password|remove NAME, or earshot user list",
      );
    }
    warnOfExternalBroker(call);
    const { dir } = call.loaded.config.data;
    // Found out before somebody has typed a password twice.
    await makeFolder(dir);
    const users = (await readUserFile(dir)) ?? new Map<string, UserRecord>();
    const { apply, said } = await change({ call, name, users });
    await changeUserFile(dir, apply);
    call.terminal.writeError(`${said} (${userFilePath(dir)})`);
    return 0;
  },
};

interface Change {
  readonly call: CommandCall;
  readonly name: string;
  /** Those of the data folder, without the configuration's. */
  readonly users: UserTable;
}

/** A change with all that it needs from a person: a password may take minutes to type. */
interface Prepared {
  /** Checks again and changes: meanwhile another one may have changed the users. */
  readonly apply: (users: UserTable) => UserTable;
  /** What was done, for people. */
  readonly said: string;
}

const changes: Readonly<Record<string, (change: Change) => Promise<Prepared>>> = {
  add: addUser,
  password: changePassword,
  remove: removeUser,
};

async function addUser({ call, name, users }: Change): Promise<Prepared> {
  if (!isUserName(name)) {
    throw new EarshotError("bad_usage", `expected a name of ${userNameHint}, got ${quote(name)}`);
  }
  checkIsNew({ call, name, users });
  const rights = readRights(call, name);
  const password = call.flags["no-password"] === true ? {} : { password: await newHash(call) };
  const apply = (current: UserTable): UserTable => {
    checkIsNew({ call, name, users: current });
    return parseUserTable(Object.fromEntries([...current, [name, { ...password, ...rights }]]));
  };
  return { apply, said: `added ${name}: ${describeRights(rights)}` };
}

async function changePassword({ call, name, users }: Change): Promise<Prepared> {
  findUser({ call, name, users });
  const password = await newHash(call);
  const apply = (current: UserTable): UserTable => {
    const user = findUser({ call, name, users: current });
    return new Map([...current, [name, { ...user, password }]]);
  };
  return { apply, said: `changed the password of ${name}` };
}

async function removeUser({ call, name, users }: Change): Promise<Prepared> {
  const without = (current: UserTable): UserTable => {
    findUser({ call, name, users: current });
    return new Map([...current].filter(([other]) => other !== name));
  };
  const { broker } = call.loaded.config;
  const isLast = without(users).size === 0 && Object.keys(broker.users).length === 0;
  const hint = isLast ? `; it was the last one, so ${describeNoUsers(call)}` : "";
  return { apply: without, said: `removed ${name}${hint}` };
}

/** What becomes of a broker without users: now, and at its next start. */
function describeNoUsers({ loaded }: CommandCall): string {
  if (loaded.config.broker.allowAnonymousFromTheWholeNetwork) {
    return "everybody on the network may read and publish everything now";
  }
  const served = "only this machine is served now";
  try {
    checkAvailability(loaded.config, false);
    return served;
  } catch (error) {
    return `${served}, and the next start will be refused: ${messageOf(error)}`;
  }
}

/** @throws EarshotError `bad_usage` when there is such a user */
function checkIsNew({ call, name, users }: Change): void {
  if (!isConfigured(call, name) && !users.has(name)) return;
  const way = isConfigured(call, name) ? "in broker.users" : "earshot user password, or remove";
  throw new EarshotError("bad_usage", `there is a user ${name} already; to change it: ${way}`);
}

/** @throws EarshotError `bad_usage` for a user of the configuration, `not_found` for none */
function findUser({ call, name, users }: Change): UserRecord {
  const user = users.get(name);
  if (user !== undefined) return user;
  if (isConfigured(call, name)) {
    throw new EarshotError("bad_usage", `${name} stands in broker.users; change it there`);
  }
  throw new EarshotError("not_found", `there is no user ${quote(name)}; earshot user list`);
}

function isConfigured({ loaded }: CommandCall, name: string): boolean {
  return Object.hasOwn(loaded.config.broker.users, name);
}

async function newHash(call: CommandCall): Promise<string> {
  if (call.flags["generate"] !== true) return await hashPassword(await readNewPassword(call));
  const password = generatePassword();
  call.terminal.write(`${password}\n`);
  return await hashPassword(password);
}

/** Role and rules out of the flags, checked as a users' file is. */
function readRights({ flags }: CommandCall, name: string): UserRecord {
  const { read, write, readwrite } = flags;
  const hasRules = [read, write, readwrite].some((rules) => rules !== undefined);
  // Who lists topics means these; the role would silently be more.
  const role = flags["role"] ?? (hasRules ? undefined : defaultRole());
  const rights = Object.fromEntries(
    Object.entries({ role, read, write, readwrite }).filter(([, value]) => value !== undefined),
  );
  for (const [kind, filters] of Object.entries({ read, write, readwrite })) {
    const wrong = [filters].flat().find((filter) => !isTopicRule(String(filter ?? "#")));
    if (wrong === undefined) continue;
    const got = quote(String(wrong));
    throw new EarshotError("bad_usage", `--${kind}: expected ${topicRuleHint}, got ${got}`);
  }
  const fault = findFaultInUsers({ [name]: rights });
  if (fault === undefined) return parseUserTable({ [name]: rights }).get(name) ?? {};
  const place = `${name}.`;
  throw new EarshotError(
    "bad_usage",
    `--${fault.startsWith(place) ? fault.slice(place.length) : fault}`,
  );
}

function describeRights({ role, ...rules }: UserRecord): string {
  const own = Object.entries(rules).map(([kind, filters]) => `${kind} ${String(filters)}`);
  return [...(role === undefined ? [] : [`${role} (${roleSummaries[role]})`]), ...own].join(", ");
}

function describeRoles(): string {
  return roleNames
    .map((role) => `                         ${role.padEnd(6)} ${roleSummaries[role]}`)
    .join("\n");
}

/** The least rights: whoever needs more says so. */
function defaultRole(): RoleName {
  return "asker";
}

function warnOfExternalBroker({ loaded, terminal }: CommandCall): void {
  if (loaded.config.broker.mode !== "external") return;
  terminal.writeError(
    "earshot user: broker.mode is external, and that broker has users of its own; these are for the embedded one",
  );
}

function quote(text: string): string {
  return JSON.stringify(text);
}
