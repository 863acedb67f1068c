import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/**
 * What a new hash costs. 2^14 blocks of 1 KiB take 16 MiB and 41 to 45 ms of a PC's core, which is
 * about 0.35 s on a Pi 3B+ (a CONNECT there should not take longer than half a second; 2^15 would).
 */
const cost = { log2N: 14, r: 8, p: 1 } as const;
const saltBytes = 16;
const hashBytes = 32;
/** A hash out of a file may ask for so much memory (128 · N · r bytes) and no more. */
const maxMemoryBytes = 64 * 1024 * 1024;

/** The longest password that can be set, in bytes of UTF-8; a longer one is never right. */
export const maxPasswordBytes = 1024;

/** The PHC string format: `$scrypt$ln=14,r=8,p=1$<salt>$<hash>`, base64 without padding. */
const pattern =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{22,86})\$([A-Za-z0-9+/]{43})$/u;

interface ParsedHash {
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Whether a text is a hash that `verifyPassword` can check within its limits. */
export function isPasswordHash(text: string): boolean {
  return parseHash(text) !== undefined;
}

/** Hashes a password with a salt of its own, by scrypt (RFC 7914), with its cost written into it. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(Buffer.from(password, "utf8"), { ...cost, salt });
  const { log2N, r, p } = cost;
  return `$scrypt$ln=${log2N},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** Whether a password belongs to a hash; compared in constant time. */
export async function verifyPassword(password: Buffer, text: string): Promise<boolean> {
  const parsed = parseHash(text);
  if (parsed === undefined) return false;
  return timingSafeEqual(await derive(password, parsed), parsed.hash);
}

/** A hash that no password fits: for names that do not exist, so that they cost as much to check. */
export function makeDummyHash(): string {
  const { log2N, r, p } = cost;
  const random = (size: number): string => unpadded(randomBytes(size));
  return `$scrypt$ln=${log2N},r=${r},p=${p}$${random(saltBytes)}$${random(hashBytes)}`;
}

/** A password for programs: 120 random bits, in 20 characters that no shell minds. */
export function generatePassword(): string {
  return randomBytes(15).toString("base64url");
}

function parseHash(text: string): ParsedHash | undefined {
  const [, log2N = "", r = "", p = "", salt = "", hash = ""] = pattern.exec(text) ?? [];
  const parsed = {
    log2N: Number(log2N),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, "base64"),
    hash: Buffer.from(hash, "base64"),
  };
  const isSane = parsed.log2N >= 10 && parsed.r >= 1 && parsed.p >= 1 && parsed.p <= 4;
  return isSane && memoryOf(parsed) <= maxMemoryBytes ? parsed : undefined;
}

function memoryOf({ log2N, r }: Pick<ParsedHash, "log2N" | "r">): number {
  return 128 * 2 ** log2N * r;
}

function derive(password: Buffer, options: Omit<ParsedHash, "hash">): Promise<Buffer> {
  const { log2N, r, p, salt } = options;
  const settings = { N: 2 ** log2N, r, p, maxmem: 2 * memoryOf(options) };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hashBytes, settings, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}
