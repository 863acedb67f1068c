import type { ByteSource } from "./byte-source.js";

/** The same source, whose reading ends with the signal's reason when it is aborted. */
export function abortable(source: ByteSource, signal: AbortSignal): ByteSource {
  return {
    ...source,
    open() {
      const stream = source.open();
      async function* chunks(): AsyncGenerator<Buffer> {
        for await (const chunk of stream.chunks) {
          signal.throwIfAborted();
          yield chunk;
        }
      }
      return { chunks: chunks(), consumed: () => stream.consumed() };
    },
  };
}
