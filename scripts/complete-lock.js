// Adds to package-lock.json the optional packages of other platforms that a registry mirror did not
// carry when the file was written: without an entry for each, `npm ci` of npm 11 and 12 refuses the
// whole file. Run it after a change of the dependencies, where `npm ci` says "Missing: … from lock file".
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));
const platform =
  /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x)(?:-(gnu|musl))?/u;
let added = 0;

for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    const [, os, cpu, libc] = platform.exec(name) ?? [];
    if (key in lock.packages || os === undefined) continue;
    lock.packages[key] = {
      version,
      cpu: [cpu],
      ...(entry.dev === true && { dev: true }),
      ...(os === "linux" && libc !== undefined && { libc: [libc === "gnu" ? "glibc" : "musl"] }),
      optional: true,
      os: [os],
    };
    added += 1;
  }
}

const byName = Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, "en"));
lock.packages = Object.fromEntries(byName);
writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`);
console.log(`${added} entries added`);
