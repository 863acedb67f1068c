import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  fileNameOf,
  isAddress,
  parseAddress,
  redirectTarget,
  shownAddress,
} from "../../../src/import/source/address.js";

test("only http and https are addresses, everything else is a path", () => {
  assert.ok(isAddress("https://example.org/a.csv") && isAddress("HTTP://example.org"));
  for (const path of ["a.csv", "/tmp/http://x", "ftp://example.org/a", "file:///etc/passwd"]) {
    assert.ok(!isAddress(path), path);
  }
});

test("a checksum in the fragment is taken, and is no part of the address", () => {
  const sha256 = "AB".repeat(32);
  const address = parseAddress(`https://example.org/a.csv?x=1#sha256=${sha256}`);
  assert.equal(address.sha256, sha256.toLowerCase());
  assert.equal(address.url.href, "https://example.org/a.csv?x=1");
  assert.equal(parseAddress("https://example.org/#other").sha256, undefined);
  for (const bad of ["https://example.org/#sha256=12", "https://"]) {
    assert.throws(() => parseAddress(bad), { code: "bad_usage" });
  }
});

test("what is shown of an address holds no secret", () => {
  const url = new URL("https://me:pass@example.org/a.csv?token=1");
  assert.equal(shownAddress(url), "https://example.org/a.csv");
});

test("a redirect may lead to https and within http, and nowhere else", () => {
  const plain = new URL("http://example.org/a");
  const secure = new URL("https://example.org/a");
  assert.equal(redirectTarget(plain, "https://other.org/b#x").href, "https://other.org/b");
  assert.equal(redirectTarget(plain, "../c").href, "http://example.org/c");
  for (const [from, location] of [
    [secure, "http://example.org/a"],
    [plain, "file:///etc/passwd"],
    [plain, undefined],
    [plain, "http://"],
  ] as const) {
    assert.throws(() => redirectTarget(from, location), { code: "source_unavailable" });
  }
});

test("whatever the address, the name is that of a plain file in its folder", () => {
  assert.equal(fileNameOf(new URL("https://example.org/x/s%C3%B6ngs%20(1).csv?y")), "söngs_1_.csv");
  assert.equal(fileNameOf(new URL("https://example.org/")), "songs");
  assert.equal(
    fileNameOf(new URL("https://example.org/%2e%2e%2f%2e%2e%2fetc%2fpasswd")),
    "etc_passwd",
  );
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" })), (parts) => {
      const path = parts.map((part) => encodeURIComponent(part)).join("/");
      const name = fileNameOf(new URL(`https://example.org/${path}`));
      assert.match(name, /^[\p{L}\p{N}-][\p{L}\p{N}._-]*$/u);
      assert.ok(name.length <= 80);
    }),
  );
});
