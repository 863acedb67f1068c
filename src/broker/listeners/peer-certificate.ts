import type { TLSSocket } from "node:tls";

/** What a client certificate says: none was shown, whose it is, or that nobody vouches for it. */
export type PeerCertificate =
  | { readonly kind: "none" }
  | { readonly kind: "trusted"; readonly name: string | undefined }
  | { readonly kind: "untrusted"; readonly reason: string };

/**
 * Looks at a client's certificate after the handshake.
 *
 * `name` is the subject's common name; `undefined` when there is not exactly one.
 */
export function readPeerCertificate(socket: TLSSocket): PeerCertificate {
  // Without a certificate it is an empty object, whatever its type says.
  const { subject } = socket.getPeerCertificate() as { subject?: { CN?: unknown } };
  if (subject === undefined) return { kind: "none" };
  if (!socket.authorized) {
    return { kind: "untrusted", reason: String(socket.authorizationError) };
  }
  return { kind: "trusted", name: typeof subject.CN === "string" ? subject.CN : undefined };
}
