// Runs in a thread of its own, see verify.ts.
import { serveThread } from "../worker-thread.js";
import { verifyFolder } from "./manifest.js";

serveThread((input) => verifyFolder(String(input)));
