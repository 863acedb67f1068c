import { messageOf } from "../../errors.js";
import type { Log } from "../../lifecycle.js";
import { createFileWatch } from "../../storage/file-watch.js";
import { readUserFile, userFilePath } from "./user-file.js";
import { parseUserTable, type UserRecord, type UserTable } from "./user-record.js";

/** Where the users of the broker stand. */
export interface UserSources {
  readonly dataDir: string;
  /** `broker.users`, checked by the configuration's schema. */
  readonly configured: Readonly<Record<string, unknown>>;
}

/** The users of the broker as they are at the moment. */
export interface UserStore {
  readonly size: () => number;
  find(name: string): UserRecord | undefined;
  names(): Iterable<string>;
  /** Calls back after a change, with the names of users that are gone, new, or other than before. */
  onChange(listener: (changed: ReadonlySet<string>) => void): void;
  /** Begins to watch the file. */
  start(): Promise<void>;
  stop(): void;
}

/**
 * Reads the users: those of `users.json` in the data folder, and those of the configuration, which
 * win where both name one.
 *
 * @throws EarshotError `bad_config` when the file is there and cannot be used
 */
export async function readUsers({ dataDir, configured }: UserSources): Promise<UserTable> {
  return merge(await readUserFile(dataDir), parseUserTable(configured));
}

/**
 * Opens the users as `readUsers` does, to be asked by the broker.
 *
 * While the node runs the file is read again when it changes. One that is damaged, or has gone,
 * changes nothing but for a warning: no accident at run time opens the broker.
 *
 * @throws EarshotError `bad_config` when the file is there and cannot be used
 */
export async function openUserStore(
  options: UserSources & { readonly log: Log },
): Promise<UserStore> {
  const { dataDir, log } = options;
  const configured = parseUserTable(options.configured);
  const listeners: ((changed: ReadonlySet<string>) => void)[] = [];
  let file = await readUserFile(dataDir);
  let users = merge(file, configured);
  const reload = async (): Promise<void> => {
    const read = await readUserFile(dataDir);
    if (read === undefined && file !== undefined) {
      throw new Error(`${userFilePath(dataDir)} has gone`);
    }
    const before = users;
    file = read;
    users = merge(file, configured);
    const changed = findChanges(before, users);
    if (changed.size === 0) return;
    log.info({ users: users.size, changed: changed.size }, "users changed");
    for (const listener of listeners) listener(changed);
  };
  const reloadOrKeep = async (): Promise<void> => {
    try {
      await reload();
    } catch (error) {
      log.warn({ reason: messageOf(error) }, "users kept as they were");
    }
  };
  const watch = createFileWatch([userFilePath(dataDir)], () => void reloadOrKeep());
  return {
    size: () => users.size,
    find: (name) => users.get(name),
    names: () => users.keys(),
    onChange: (listener) => listeners.push(listener),
    async start() {
      await watch.start();
      // The file may have changed since it was opened.
      await reloadOrKeep();
    },
    stop: () => {
      watch.stop();
    },
  };
}

function merge(file: UserTable | undefined, configured: UserTable): UserTable {
  return new Map([...(file ?? []), ...configured]);
}

function findChanges(before: UserTable, after: UserTable): ReadonlySet<string> {
  const names = new Set([...before.keys(), ...after.keys()]);
  const isOther = (name: string): boolean =>
    JSON.stringify(before.get(name)) !== JSON.stringify(after.get(name));
  return new Set([...names].filter(isOther));
}
