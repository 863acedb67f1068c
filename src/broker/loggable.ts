/** So many characters of what a stranger calls himself get into the log. */
const maxNameCharacters = 64;

/**
 * A stranger's text for the log: cut, and without the control characters and bidirectional overrides
 * that would rewrite the terminal that shows it.
 */
export function loggable(text: string, maxCharacters: number = maxNameCharacters): string {
  const start = text.slice(0, maxCharacters);
  return start.replaceAll(/[\p{Cc}\p{Cs}\u{2028}-\u{202E}\u{2066}-\u{2069}]/gu, "·");
}
