/** CONNACK codes that say "not you": 4 and 5 in MQTT 3.1.1, 0x86 and 0x87 in MQTT 5. */
const signInCodes: ReadonlySet<unknown> = new Set([4, 5, 0x86, 0x87]);

/** OpenSSL's words for a certificate whose authority nobody has told us of. */
const unknownAuthorityCodes: ReadonlySet<unknown> = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);

/** Whether a broker refused the user name, the password or the lack of them. */
export function isSignInRefusal(error: unknown): boolean {
  return signInCodes.has(codeOf(error));
}

/**
 * What to do about a connect that failed, as the end of a sentence; empty where nobody knows.
 *
 * @param error as mqtt.js or the TLS socket gave it
 * @param branch the branch of the configuration that says where the broker is
 */
export function connectHint(error: unknown, branch = "mqtt"): string {
  const code = codeOf(error);
  if (signInCodes.has(code)) return `; set ${branch}.username and ${branch}.password`;
  if (unknownAuthorityCodes.has(code)) {
    return `; set ${branch}.tls.ca to the PEM file of the authority that signed the broker's certificate`;
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `; write ${branch}.url with a name or address that stands in the certificate`;
  }
  if (code === "CERT_HAS_EXPIRED") return "; the broker's certificate must be renewed";
  return "";
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, "code") : undefined;
}
