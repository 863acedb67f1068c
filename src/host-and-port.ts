/** Host and port as a URL and a person write them: an IPv6 address in brackets (RFC 3986, 3.2.2). */
export function hostAndPort({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
