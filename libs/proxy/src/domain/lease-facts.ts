import type { ConnectionLease } from '#libs/contracts';
import type { Provider } from '#libs/providers';

type Facts = Readonly<Record<string, unknown>>;

/** The parts of a lease that requests are made of. */
export interface LeaseFacts {
  readonly provider: Provider;
  readonly credentials: Facts;
  readonly config: Facts;
  readonly metadata: Facts;
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  readonly custom: Readonly<Record<string, string>>;
  /** The token that proves who calls, for the types that have one. */
  readonly accessToken: string | undefined;
}

const EMPTY: Facts = {};

const facts = (value: unknown): Facts => (typeof value === 'object' && value !== null ? (value as Facts) : EMPTY);

/** Types whose token is called `access_token` (spec/auth.md §2.2). */
const OAUTH_TYPES = new Set(['OAUTH2', 'APP']);

/** Reads a lease. The catalogue validated the entry when it was loaded, so it is not parsed again on every call. */
export function leaseFacts({ connection, provider, integration }: ConnectionLease): LeaseFacts {
  const credentials = facts(connection['credentials']);
  return {
    provider: provider as unknown as Provider,
    credentials,
    config: facts(connection['connection_config']),
    metadata: facts(connection['metadata']),
    clientId: integration.clientId,
    clientSecret: integration.clientSecret,
    custom: integration.custom,
    accessToken: accessTokenOf(credentials),
  };
}

function accessTokenOf(credentials: Facts): string | undefined {
  const type = credentials['type'];
  if (type === 'CUSTOM') return accessTokenOf({ type: 'APP', ...facts(credentials['app']) });
  const token = OAUTH_TYPES.has(String(type)) ? credentials['access_token'] : credentials['token'];
  return typeof token === 'string' ? token : undefined;
}

/** A value by name: a literal key wins over a dotted path, since copied fields keep names such as `team.id`. */
export function valueAt(from: unknown, path: string): unknown {
  if (typeof from !== 'object' || from === null) return undefined;
  if (Object.hasOwn(from, path)) return (from as Record<string, unknown>)[path];
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    if (!Object.hasOwn(from, head)) continue;
    const value = valueAt((from as Record<string, unknown>)[head], path.slice(dot + 1));
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Masking every "1" or "eu" of a log would hide more than it protects. */
const MIN_SECRET = 6;
const SECRET_SETTING = /secret|password|token|api_?key/i;
const PLAIN_FIELDS = new Set(['type', 'expires_at', 'scope', 'token_type']);

/** Every credential value that must not show in a log, longest first so that none is masked in part. */
export function secretsOf({ credentials, clientSecret, custom }: LeaseFacts): string[] {
  const found = new Set<string>();
  for (const [name, value] of Object.entries(credentials)) if (!PLAIN_FIELDS.has(name)) collect(value, found);
  for (const [name, value] of Object.entries(custom)) if (SECRET_SETTING.test(name)) collect(value, found);
  collect(clientSecret, found);
  return [...found].toSorted((a, b) => b.length - a.length);
}

function collect(value: unknown, into: Set<string>): void {
  if (typeof value === 'string' && value.length >= MIN_SECRET) into.add(value);
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) collect(inner, into);
}
