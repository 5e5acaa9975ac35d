import type { ConnectionEndUser } from '#libs/credentials';

/** A connection that holds an installation of an App. */
export interface InstallationHolder {
  readonly id: number;
  readonly connectionId: string;
  readonly endUser: ConnectionEndUser | null;
}

/** Who wants to connect it. */
interface Claimant {
  readonly reconnects?: number | undefined;
  readonly connectionId: string;
  readonly endUser?: ConnectionEndUser | null | undefined;
}

/**
 * Whether an installation belongs to somebody else. Its id comes with a browser, and ids can be guessed: one that a connection holds
 * is given to that connection again, or to its own end user or organization, and to nobody else.
 */
export const isTaken = (holders: readonly InstallationHolder[], claimant: Claimant): boolean =>
  holders.length > 0 && !holders.some((holder) => isOwn(holder, claimant));

const isOwn = (holder: InstallationHolder, { reconnects, connectionId, endUser }: Claimant): boolean =>
  holder.id === reconnects || holder.connectionId === connectionId || isSameOwner(holder.endUser, endUser);

function isSameOwner(one: ConnectionEndUser | null, other: ConnectionEndUser | null | undefined): boolean {
  if (!one || !other) return false;
  return one.id === other.id || (one.organization !== undefined && one.organization.id === other.organization?.id);
}
