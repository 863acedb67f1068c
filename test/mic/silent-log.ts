import type { Log } from "../../src/lifecycle.js";

/** A log that keeps nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
