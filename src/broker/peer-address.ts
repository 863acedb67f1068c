import { isIPv4, isIPv6 } from "node:net";

/** Whether the other side of a connection is this machine. */
export function isLoopbackAddress(address: string): boolean {
  const plain = unmap(address);
  return plain === "::1" || (isIPv4(plain) && plain.startsWith("127."));
}

/**
 * What counts as one place for limits: an IPv4 address, also where it came in over IPv6, and the first
 * half of an IPv6 one, because a household has a whole /64 of them to come from.
 */
export function networkOf(address: string): string {
  const plain = unmap(address);
  if (!isIPv6(plain)) return plain;
  // An IPv4 address at the end stands for two groups.
  const groups = plain.replace(/%.*/u, "").replace(/\d+\.\d+\.\d+\.\d+$/u, "0:0");
  const [head = "", tail = ""] = groups.split("::");
  const start = groupsOf(head);
  const end = groupsOf(tail);
  const zeros = Array.from({ length: Math.max(0, 8 - start.length - end.length) }, () => "0");
  return [...start, ...zeros, ...end].slice(0, 4).join(":");
}

/** A socket that listens on both shows IPv4 addresses as `::ffff:192.0.2.1`. */
function unmap(address: string): string {
  return address.toLowerCase().replace(/^::ffff:(?=\d+\.)/u, "");
}

function groupsOf(part: string): readonly string[] {
  return part === "" ? [] : part.split(":");
}
