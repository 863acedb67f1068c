// Runs commands of the program one after the other, each in the list of words that an argument holds
// as JSON, and prints what became of them: for an account that the tests themselves do not have.
import { runHere } from "../support/node-here.js";

for (const words of process.argv.slice(2)) {
  const args: unknown = JSON.parse(words);
  if (!Array.isArray(args)) throw new Error(`expected a list of words, got ${words}`);
  const result = await runHere(args.map(String), process.env);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
