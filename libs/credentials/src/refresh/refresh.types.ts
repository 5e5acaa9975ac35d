import type { ConnectionRowId, EnvironmentId } from '#libs/kernel';
import type { Provider } from '#libs/providers';

/** Renew the credentials of a connection, if they are still those of that version. */
export interface RefreshOrder {
  readonly environmentId: EnvironmentId;
  readonly rowId: ConnectionRowId;
  readonly provider: Provider;
  /** What the one who orders has seen; anything newer needs no refresh. */
  readonly credentialsVersion: number;
}

/** What became of an order. */
export type RefreshResult =
  /** New credentials are in the row. */
  | { readonly kind: 'refreshed' }
  /** Somebody else replaced them. */
  | { readonly kind: 'superseded' }
  /** The connection holds nothing to renew them with. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly permanent: boolean };

/** Carries out refreshes: here, or in a process of its own that outlives this one. */
export interface RefreshRunner {
  /** Never rejects: what goes wrong is a result. */
  run(order: RefreshOrder): Promise<RefreshResult>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export const REFRESH_RUNNER = Symbol('refresh-runner');
