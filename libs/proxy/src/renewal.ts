import type { ConnectionLease } from '#libs/contracts';
import type { OutboundRequest } from './domain/outbound-request.js';
import type { SendOptions } from './send-options.js';

const UNAUTHORIZED = 401;

export interface RenewalParts {
  /** What the first attempt was made with. */
  readonly lease: ConnectionLease;
  /** The lease anew: as it is now, or once more because the provider refused the credentials of that one. */
  readonly read: (refused?: ConnectionLease) => Promise<ConnectionLease>;
  readonly build: (lease: ConnectionLease) => OutboundRequest;
  /** Credentials that were refused could not be read anew: the refusal stands. Throws where the call is to end with the error instead. */
  readonly onFailed: (error: unknown) => void;
  /** Whether another attempt is worth its time with credentials that were refused and cannot be renewed. */
  readonly insists: boolean;
}

/**
 * `renew` of `SendOptions`: another attempt uses the credentials of its own moment. After a 401 they must be others than those that
 * were refused (spec/auth.md §6.6, spec/functions.md §2.1).
 */
export function renewal({ lease: first, read, build, onFailed, insists }: RenewalParts): NonNullable<SendOptions['renew']> {
  let used = first;
  return async ({ status }) => {
    if (status !== UNAUTHORIZED) return build((used = await read()));
    const refused = used;
    try {
      used = await read(refused);
    } catch (error) {
      onFailed(error);
      return null;
    }
    return isSame(refused, used) && !(insists && refused.renewable !== true) ? null : build(used);
  };
}

/** Leases of an older release carry no version. */
function isSame(one: ConnectionLease, other: ConnectionLease): boolean {
  if (one.credentialsVersion !== undefined && other.credentialsVersion !== undefined)
    return one.credentialsVersion === other.credentialsVersion;
  return JSON.stringify(one.connection['credentials']) === JSON.stringify(other.connection['credentials']);
}
