// Runs in a thread of its own, see graph.ts.
import { serveThread } from "../worker-thread.js";
import { buildGraph, graphJobSchema } from "./graph.js";

serveThread((input, context) => buildGraph(graphJobSchema.parse(input), context));
