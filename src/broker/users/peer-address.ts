import { isIPv4 } from "node:net";

/** Whether the other side of a connection is this machine. */
export function isLoopbackAddress(address: string): boolean {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/u, "");
  return plain === "::1" || (isIPv4(plain) && plain.startsWith("127."));
}
