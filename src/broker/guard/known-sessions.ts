/** The sessions that outlive their connections, and whose they are. */
export interface KnownSessions {
  /** The name of the user who owns a client id's session. */
  ownerOf(clientId: string): string | undefined;
  remember(clientId: string, owner: string): void;
  forget(clientId: string): void;
}

/** As many as are remembered; the oldest is forgotten first, which only costs it Session Present. */
const maxSessions = 10_000;

export function createKnownSessions(): KnownSessions {
  const owners = new Map<string, string>();
  return {
    ownerOf: (clientId) => owners.get(clientId),
    remember(clientId, owner) {
      owners.delete(clientId);
      owners.set(clientId, owner);
      const [oldest] = owners.keys();
      if (owners.size > maxSessions && oldest !== undefined) owners.delete(oldest);
    },
    forget(clientId) {
      owners.delete(clientId);
    },
  };
}
