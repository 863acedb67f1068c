/** Whether bytes begin like a zip, an empty one included (APPNOTE.TXT 4.3.7 and 4.3.16). */
export function isZip(head: Buffer): boolean {
  const signature = head.toString("latin1", 0, 4);
  return signature === "PK\u0003\u0004" || signature === "PK\u0005\u0006";
}
