import { readUserFile } from "../broker/users/user-file.js";
import { parseUserTable, type UserRecord } from "../broker/users/user-record.js";
import type { CommandCall } from "./command.js";
import { fitColumns } from "./printable.js";

/** One user as `earshot user list` shows it; never with its hash. */
interface ListedUser extends Omit<UserRecord, "password"> {
  readonly name: string;
  readonly signs_in_by: "password" | "certificate";
  readonly source: "users.json" | "broker.users";
}

/** Prints who may use the broker, and by which file. */
export async function listUsers({ loaded, flags, terminal }: CommandCall): Promise<number> {
  const { data, broker } = loaded.config;
  const configured = parseUserTable(broker.users);
  const kept = [...((await readUserFile(data.dir)) ?? [])].filter(
    ([name]) => !configured.has(name),
  );
  const users = [
    ...kept.map(([name, user]) => listed(name, user, "users.json")),
    ...[...configured].map(([name, user]) => listed(name, user, "broker.users")),
  ].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  if (flags["json"] === true) {
    terminal.write(`${JSON.stringify(users)}\n`);
    return 0;
  }
  if (users.length === 0) {
    terminal.write("no users: the broker serves this machine only (earshot user add NAME)\n");
    return 0;
  }
  const width = Math.max(...users.map(({ name }) => name.length));
  for (const user of users) terminal.write(`${describe(user, width)}\n`);
  return 0;
}

function listed(
  name: string,
  { password, ...rights }: UserRecord,
  source: ListedUser["source"],
): ListedUser {
  return {
    name,
    signs_in_by: password === undefined ? "certificate" : "password",
    source,
    ...rights,
  };
}

function describe(user: ListedUser, width: number): string {
  const rules = (["read", "write", "readwrite"] as const).flatMap((kind) =>
    (user[kind] ?? []).map((filter) => `${kind} ${filter}`),
  );
  const columns = [
    fitColumns(user.name, width),
    fitColumns(user.role ?? "-", 5),
    fitColumns(user.signs_in_by, 11),
    fitColumns(user.source, 12),
    rules.join(", "),
  ];
  return columns.join("  ").trimEnd();
}
