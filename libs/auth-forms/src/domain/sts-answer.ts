import { type Answer, fieldsOf, momentOf, type ProviderFailure, textOf, type TokenReply, valueAt } from '#libs/token-http';
import { endOf } from './lifetimes.js';

/** Keys of a role taken for a while. */
export interface TemporaryKeys {
  readonly access_key_id: string;
  readonly secret_access_key: string;
  readonly session_token: string;
  readonly expires_at: string;
}

const LIFETIME_MS = 60 * 60_000;

/** Where AWS puts them, and where endpoints of others do (spec/auth.md §2.15). */
const PLACES = ['AssumeRoleResponse.AssumeRoleResult.Credentials', 'credentials', 'Credentials'];

/** The keys of an answer, however it spells their names; undefined where it lacks one. */
export function temporaryKeys(answer: unknown, now: Date): TemporaryKeys | undefined {
  const found = PLACES.map((place) => valueAt(answer, place)).find((value) => value !== undefined) ?? answer;
  const named = Object.fromEntries(Object.entries(fieldsOf(found)).map(([name, value]) => [plain(name), value]));
  const [id, secret, token] = ['accesskeyid', 'secretaccesskey', 'sessiontoken'].map((name) => textOf(named[name]));
  if (id === undefined || secret === undefined || token === undefined) return undefined;
  const end = momentOf(named['expiration'] ?? named['expiresat']);
  return {
    access_key_id: id,
    secret_access_key: secret,
    session_token: token,
    expires_at: end?.toISOString() ?? endOf(now, LIFETIME_MS),
  };
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');

/** What AWS's XML says is wrong; undefined where it says nothing. */
export function stsFailure({ status }: Pick<TokenReply, 'status'>, answer: unknown): ProviderFailure | undefined {
  const error: Answer = fieldsOf(valueAt(answer, 'ErrorResponse.Error'));
  const [code, description] = [textOf(error['Code']), textOf(error['Message'])];
  return code === undefined ? undefined : { status, code, description, permanent: false };
}
