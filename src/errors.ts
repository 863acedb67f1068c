/** The codes that the error of an MQTT reply can carry. */
export const replyErrorCodes = [
  "bad_request",
  "too_large",
  "not_found",
  "not_ready",
  "rate_limited",
  "forbidden_reply_topic",
  "internal",
] as const;

/** Every code of an Earshot error; those beside a reply's are seen in logs and on the terminal. */
export const errorCodes = [
  ...replyErrorCodes,
  "bad_usage",
  "bad_config",
  "broker_unavailable",
  "port_taken",
  "data_in_use",
  "timeout",
  "bad_catalogue",
  "bad_song_file",
  "source_unavailable",
  "disk_full",
  "import_running",
  "mic_unavailable",
] as const;

/** One of the stable string codes by which a caller tells errors apart. */
export type ErrorCode = (typeof errorCodes)[number];

/** The one error class of the program: a stable code for code, a full sentence for people. */
export class EarshotError extends Error {
  /** Stable identifier; the message may be reworded, the code may not. */
  readonly code: ErrorCode;

  /**
   * @param message what was expected, what was received, where, and what to do about it
   * @param options `cause` keeps the error underneath
   */
  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "EarshotError";
    this.code = code;
  }
}

/** The message of anything that was thrown, in one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/gu, " ").trim();
}

const fileReasons: ReadonlyMap<unknown, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["ENOTDIR", "there is no such file"],
  ["EISDIR", "it is a folder"],
  ["EACCES", "you may not read it; check its permissions"],
  ["EPERM", "you may not read it; check its permissions"],
]);

/** Why a file cannot be read, without its path, which the sentence around it names already. */
export function fileReasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return fileReasons.get(code) ?? messageOf(error);
}
