// Run as a child by tests: takes a lock, says so, and holds it until it is killed.
import { tryLock } from "../../src/storage/file-lock.js";

const lock = tryLock(process.argv[2] ?? "");
console.log(lock === undefined ? "taken" : "held");
setInterval(() => {}, 1000);
