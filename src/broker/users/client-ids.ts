/**
 * Whom a client id belongs to: the user that it names, alone or followed by a hyphen (`anna`,
 * `anna-phone`). Where two users fit, as `anna` and `anna-maria`, it is the longer name's.
 *
 * @param names users to whom client ids belong: nodes, and those whose rules hold `%c`
 */
export function findOwner(clientId: string, names: Iterable<string>): string | undefined {
  let owner: string | undefined;
  for (const name of names) {
    const fits = clientId === name || clientId.startsWith(`${name}-`);
    if (fits && name.length > (owner?.length ?? 0)) owner = name;
  }
  return owner;
}
