import assert from "node:assert/strict";
import { scryptSync } from "node:crypto";
import { test } from "node:test";
import {
  generatePassword,
  hashPassword,
  isPasswordHash,
  makeDummyHash,
  verifyPassword,
} from "../../../src/broker/users/password-hash.js";

test("a password fits its own hash and no other one, and the same one is hashed anew each time", async () => {
  const [first, second] = await Promise.all([hashPassword("grüße 1"), hashPassword("grüße 1")]);
  assert.notEqual(first, second);
  assert.equal(await verifyPassword(Buffer.from("grüße 1"), first), true);
  assert.equal(await verifyPassword(Buffer.from("grüße 2"), first), false);
  assert.equal(await verifyPassword(Buffer.alloc(0), first), false);
});

test("a hash is a PHC string of scrypt with its cost in it, as other programs compute it", async () => {
  const salt = Buffer.from("0123456789abcdef");
  const key = scryptSync("secret", salt, 32, { N: 1024, r: 4, p: 2 });
  const unpadded = (bytes: Buffer): string => bytes.toString("base64").replaceAll("=", "");
  const text = `$scrypt$ln=10,r=4,p=2$${unpadded(salt)}$${unpadded(key)}`;
  assert.equal(await verifyPassword(Buffer.from("secret"), text), true);
  assert.match(await hashPassword("x"), /^\$scrypt\$ln=14,r=8,p=1\$[\w+/]{22}\$[\w+/]{43}$/u);
});

test("a hash that is none, or that would take more than 64 MiB, is refused and fits nothing", async () => {
  const rest = makeDummyHash().split("$").slice(3).join("$");
  for (const text of [
    "",
    "hunter2",
    `$scrypt$ln=17,r=8,p=1$${rest}`,
    `$scrypt$ln=14,r=99,p=1$${rest}`,
    `$scrypt$ln=14,r=0,p=1$${rest}`,
    `$scrypt$ln=4,r=8,p=1$${rest}`,
    `$argon2id$ln=14,r=8,p=1$${rest}`,
  ]) {
    assert.equal(isPasswordHash(text), false, text);
    assert.equal(await verifyPassword(Buffer.from("hunter2"), text), false);
  }
  assert.equal(isPasswordHash(makeDummyHash()), true);
});

test("a generated password has 20 characters that no shell minds", () => {
  const made = new Set(Array.from({ length: 100 }, () => generatePassword()));
  assert.equal(made.size, 100);
  for (const password of made) assert.match(password, /^[\w-]{20}$/u);
});
