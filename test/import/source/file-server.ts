import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import type { Cleanup } from "../../support/temp-folder.js";

export interface FileServer {
  readonly url: string;
  /** What was asked for so far: "GET /songs.csv bytes=10-". */
  readonly requests: readonly string[];
}

/** A real HTTP server on a free port, closed with all its connections after the test. */
export async function startServer(t: Cleanup, onRequest: RequestListener): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.range ?? ""}`.trim());
    onRequest(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return { url: `http://127.0.0.1:${port}`, requests };
}

export interface ServedFile {
  content: Buffer;
  etag?: string | undefined;
  /** Hangs up after so many bytes of an answer, once. */
  hangUpAfter?: number | undefined;
}

/** Serves a file as a web server does: with ETag, If-None-Match, Range and If-Range. */
export function serveFile(file: ServedFile): RequestListener {
  return (request, response) => {
    const { etag } = file;
    if (etag !== undefined && request.headers["if-none-match"] === etag) {
      response.writeHead(304).end();
      return;
    }
    const start = rangeStart(request, file);
    if (start > file.content.length) {
      response.writeHead(416).end();
      return;
    }
    const rest = file.content.subarray(start);
    response.writeHead(start === 0 ? 200 : 206, {
      "content-length": rest.length,
      "content-type": "text/html",
      ...(etag === undefined ? {} : { etag }),
      ...(start === 0
        ? {}
        : { "content-range": `bytes ${start}-${file.content.length - 1}/${file.content.length}` }),
    });
    send(response, rest, file);
  };
}

function rangeStart({ headers }: IncomingMessage, { etag }: ServedFile): number {
  const start = /^bytes=(\d+)-$/u.exec(headers.range ?? "")?.[1];
  return start === undefined || headers["if-range"] !== etag ? 0 : Number(start);
}

function send(response: ServerResponse, rest: Buffer, file: ServedFile): void {
  const { hangUpAfter } = file;
  if (hangUpAfter === undefined) {
    response.end(rest);
    return;
  }
  file.hangUpAfter = undefined;
  response.write(rest.subarray(0, hangUpAfter), () => response.destroy());
}
