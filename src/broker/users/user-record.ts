import { z } from "zod";
import { isClientName, isNodeName } from "../../contract/names.js";
import { isPasswordHash } from "./password-hash.js";

/** What a user may be for; `roles.ts` says what each of them may do. */
export const roleNames = ["admin", "home", "node", "asker"] as const;

export type RoleName = (typeof roleNames)[number];

/** A user's name stands for `%u` in topics, so it can hold neither `/` nor a wildcard. */
const userNamePattern = /^[A-Za-z0-9_@][A-Za-z0-9_.@-]{0,63}$/u;

/** What `isUserName` asks for, as the second half of "expected …, got …". */
export const userNameHint =
  "1 to 64 of A-Z a-z 0-9 _ . @ and -, the first one neither a point nor a hyphen";

/** Names that would be properties of every object, and so never absent from a table. */
const namesOfObjects: ReadonlySet<string> = new Set(
  Object.getOwnPropertyNames(Object.prototype) as readonly string[],
);

/** Whether a text may be the name of a user. */
export function isUserName(text: string): boolean {
  return userNamePattern.test(text) && !namesOfObjects.has(text);
}

const maxRules = 100;
const maxRuleBytes = 256;
/** More users than this are not a home, and each change of the table is compared with the last. */
const maxUsers = 1000;

/** What `isTopicRule` asks for, as the second half of "expected …". */
export const topicRuleHint =
  "a topic filter: + and # as whole levels, # only at the end, %u and %c as whole levels";

const ruleSchema = z.string().refine(isTopicRule, { error: `expected ${topicRuleHint}` });

const rulesSchema = z.array(ruleSchema).max(maxRules).readonly().optional();

const userRecordSchema = z
  .strictObject({
    /** Without one the user can come in by a client certificate only. */
    password: z.string().refine(isPasswordHash, {
      error: "expected a hash that `earshot user password` has written, not a password",
    }),
    role: z.enum(roleNames, { error: ({ input }) => describeWrongRole(input) }),
    read: rulesSchema,
    write: rulesSchema,
    readwrite: rulesSchema,
  })
  .partial()
  .readonly();

/** One user as it stands in `users.json` and below `broker.users`. */
export type UserRecord = z.infer<typeof userRecordSchema>;

/** Users by name. */
export type UserTable = ReadonlyMap<string, UserRecord>;

const userTableSchema = z
  .record(z.string().refine(isUserName, { error: `expected ${userNameHint}` }), userRecordSchema)
  .refine((table) => Object.keys(table).length <= maxUsers, {
    error: `expected at most ${maxUsers} users`,
  })
  .superRefine((table, context) => {
    for (const [name, { role }] of Object.entries(table)) {
      const message = findFaultInRoleOf(name, role);
      if (message !== undefined)
        context.addIssue({ code: "custom", path: [name, "role"], message });
    }
  });

/** A name that its role would put into topics in which it may not stand: such a user could do nothing. */
function findFaultInRoleOf(name: string, role: RoleName | undefined): string | undefined {
  if (role === "asker" && !isClientName(name)) {
    return "expected another name: an asker asks under its own, which may have A-Z a-z 0-9 _ - only";
  }
  if (role === "node" && !isNodeName(name)) {
    return "expected the node's name (node.id) as the user's: 1 to 32 of a-z 0-9 _ -, and not any";
  }
  return undefined;
}

function describeWrongRole(role: unknown): string {
  const given = typeof role === "string" ? `, got ${JSON.stringify(role.slice(0, 64))}` : "";
  return `expected one of ${roleNames.join(", ")}${given}`;
}

/**
 * Reads users by name out of what a file or the configuration holds.
 *
 * @throws z.ZodError naming the user and the key; never with a password or a hash in it
 */
export function parseUserTable(value: unknown): UserTable {
  return new Map(Object.entries(userTableSchema.parse(value)));
}

/** What is wrong with a table of users, in one line; `undefined` when nothing is. */
export function findFaultInUsers(value: unknown): string | undefined {
  const result = userTableSchema.safeParse(value);
  if (result.success) return undefined;
  return describeIssue(result.error.issues[0]);
}

function describeIssue(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return "no table of users";
  const place = issue.path.map(String).join(".");
  // Of a name that may not be, the sentence is one level deeper.
  const message = issue.code === "invalid_key" ? issue.issues[0]?.message : undefined;
  return `${place === "" ? "" : `${place}: `}${message ?? issue.message}`;
}

/**
 * Whether a text may be a topic rule: a filter of MQTT ([MQTT-4.7.1-2], [MQTT-4.7.1-3]) of at most
 * 256 bytes, in which the whole levels `%u` and `%c` stand for the user's name and the client id.
 */
export function isTopicRule(text: string): boolean {
  if (text === "" || Buffer.byteLength(text) > maxRuleBytes) return false;
  if (/[\p{Cc}\p{Cs}]/u.test(text) || text.startsWith("$share/")) return false;
  const levels = text.split("/");
  return levels.every((level, index) => {
    if (level === "#") return index === levels.length - 1;
    return level === "+" || level === "%u" || level === "%c" || !/[+#]|%[uc]/u.test(level);
  });
}
