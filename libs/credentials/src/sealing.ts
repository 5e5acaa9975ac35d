import type { Cipher } from '#libs/crypto';
import type { EnvironmentId } from '#libs/kernel';

export type SealedJsonColumn =
  | 'connections.credentials'
  | 'connections.secret_config'
  | 'integrations.credentials'
  | 'integrations.custom';

/** Binds a sealed value to its column, tenant and row: copied elsewhere it does not open. */
export const place = (column: SealedJsonColumn, environmentId: EnvironmentId, rowId: number): string =>
  `${column}:${environmentId}:${rowId}`;

export const sealJson = (
  cipher: Cipher,
  value: unknown,
  column: SealedJsonColumn,
  environmentId: EnvironmentId,
  rowId: number,
): Buffer => cipher.seal(JSON.stringify(value), place(column, environmentId, rowId));

export const openJson = (
  cipher: Cipher,
  sealed: Buffer,
  column: SealedJsonColumn,
  environmentId: EnvironmentId,
  rowId: number,
): unknown => JSON.parse(cipher.openText(sealed, place(column, environmentId, rowId)));
