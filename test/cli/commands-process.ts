// Runs commands of the program one after the other, each in the list of words that a line of its
// input holds as JSON, and prints what became of each before it reads on: for an account, or a
// machine, that the tests themselves do not have.
import { createInterface } from "node:readline";
import { runHere } from "../support/command-here.js";

for await (const line of createInterface({ input: process.stdin })) {
  const args: unknown = JSON.parse(line);
  if (!Array.isArray(args)) throw new Error(`expected a list of words, got ${line}`);
  const result = await runHere(args.map(String), process.env);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
