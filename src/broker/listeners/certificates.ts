import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { EarshotError, fileReasonOf, messageOf } from "../../errors.js";
import type { Log } from "../../lifecycle.js";
import { createFileWatch } from "../../storage/file-watch.js";

/** Paths of PEM files; `clientCa` is empty where no client certificates are asked for. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string;
}

/** What TLS servers need of the certificate files, as they are now. */
export interface Certificates {
  readonly asksClients: boolean;
  /** @throws EarshotError `bad_config` when a file is missing or does not fit the others */
  load(): Promise<SecureContextOptions>;
  /** Calls back with new ones when the files have changed and fit together. */
  onChange(listener: (context: SecureContextOptions) => void): void;
  /** Begins to watch the files. */
  start(): Promise<void>;
  stop(): void;
}

/** Certificates of public authorities are renewed a month before their end. */
const warnDays = 14;
const dayMs = 86_400_000;

/**
 * Reads the broker's certificate, and reads it again when it is renewed: no restart, no connection
 * lost. New files that do not fit are told in the log, and the old certificate stays.
 */
export function createCertificates(files: CertificateFiles, log: Log): Certificates {
  const paths = [files.cert, files.key, ...(files.clientCa === "" ? [] : [files.clientCa])];
  const listeners: ((context: SecureContextOptions) => void)[] = [];
  const reload = async (): Promise<void> => {
    try {
      const context = await readContext(files);
      for (const listener of listeners) listener(context);
      log.info({ cert: files.cert }, "certificate renewed");
      warnOfExpiry(context.cert, { path: files.cert, log });
    } catch (error) {
      log.warn({ reason: messageOf(error) }, "certificate kept as it was");
    }
  };
  const watch = createFileWatch(paths, () => void reload());
  return {
    asksClients: files.clientCa !== "",
    load: () => readContext(files),
    onChange: (listener) => listeners.push(listener),
    async start() {
      const { cert } = await readContext(files);
      warnOfExpiry(cert, { path: files.cert, log });
      await watch.start();
    },
    stop() {
      watch.stop();
    },
  };
}

async function readContext(
  files: CertificateFiles,
): Promise<SecureContextOptions & { readonly cert: Buffer }> {
  const cert = await readPem("broker.tls.cert", files.cert);
  const key = await readPem("broker.tls.key", files.key);
  const ca =
    files.clientCa === "" ? undefined : await readPem("broker.tls.clientCa", files.clientCa);
  const context = { cert, key, minVersion: "TLSv1.2", ...(ca && { ca }) } as const;
  try {
    createSecureContext(context);
  } catch (cause) {
    throw new EarshotError(
      "bad_config",
      `broker.tls: the certificate ${files.cert} and the key ${files.key} cannot be used ` +
        `together: ${messageOf(cause)}; expected PEM files that belong to each other, the key ` +
        "without a passphrase",
      { cause },
    );
  }
  return context;
}

async function readPem(key: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new EarshotError("bad_config", `${key}: cannot read ${path}: ${fileReasonOf(cause)}`, {
      cause,
    });
  }
}

/** @param cert the first certificate in it is the broker's own */
function warnOfExpiry(
  cert: Buffer,
  { path, log }: { readonly path: string; readonly log: Log },
): void {
  const until = new Date(new X509Certificate(cert).validTo);
  const days = Math.floor((until.getTime() - Date.now()) / dayMs);
  if (days >= warnDays) return;
  const what = days < 0 ? "the broker's certificate has expired" : "the certificate ends soon";
  log.warn({ cert: path, valid_to: until.toISOString() }, what);
}
