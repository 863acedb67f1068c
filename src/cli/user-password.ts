import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { maxPasswordBytes } from "../broker/users/password-hash.js";
import { EarshotError } from "../errors.js";
import type { CommandCall, Terminal } from "./command.js";

const leastCharacters = 8;

/**
 * Gets a new password: asked for twice on a terminal, unseen; else the first line of standard input.
 *
 * @throws EarshotError `bad_usage` when it is too short, too long, or not the same twice
 */
export async function readNewPassword({ terminal, signal }: CommandCall): Promise<string> {
  const password =
    terminal.input.isTTY === true
      ? await askTwice(terminal, signal)
      : await readFirstLine(terminal.input);
  const isFit =
    password.length >= leastCharacters && Buffer.byteLength(password) <= maxPasswordBytes;
  if (isFit) return password;
  throw new EarshotError(
    "bad_usage",
    `expected a password of at least ${leastCharacters} characters and at most ` +
      `${maxPasswordBytes} bytes, or --generate`,
  );
}

async function askTwice(terminal: Terminal, signal: AbortSignal): Promise<string> {
  // Readline sets the terminal to raw mode, so nothing is echoed but what readline itself writes.
  const unseen = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const readline = createInterface({ input: terminal.input, output: unseen, terminal: true });
  const closed = new AbortController();
  // In raw mode Ctrl-C is a key: it closes the interface.
  readline.once("close", () => {
    closed.abort();
  });
  const ask = async (prompt: string): Promise<string> => {
    terminal.write(prompt);
    try {
      return await readline.question("", { signal: AbortSignal.any([signal, closed.signal]) });
    } catch (cause) {
      throw new EarshotError("timeout", "interrupted; nothing was changed", { cause });
    } finally {
      terminal.write("\n");
    }
  };
  try {
    const password = await ask("Password: ");
    if ((await ask("Once more: ")) === password) return password;
    throw new EarshotError("bad_usage", "the two passwords differ; nothing was changed");
  } finally {
    readline.close();
  }
}

async function readFirstLine(input: Terminal["input"]): Promise<string> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of input) {
    bytes = Buffer.concat([bytes, Buffer.from(chunk)]);
    if (bytes.includes(0x0a) || bytes.length > 2 * maxPasswordBytes) break;
  }
  const [line = ""] = bytes.toString("utf8").split("\n");
  return line.replace(/\r$/u, "");
}
