import type { ConnectionLease } from '#libs/contracts';
import type { Provider } from '#libs/providers';

type Facts = Readonly<Record<string, unknown>>;

/** The parts of a lease that requests are made of. */
export interface LeaseFacts {
  readonly provider: Provider;
  readonly credentials: Facts;
  readonly config: Facts;
  readonly metadata: Facts;
  /** The client that the credentials belong to: the connection's own, or else the integration's. */
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
  const override = facts(credentials['config_override']);
  return {
    provider: provider as unknown as Provider,
    credentials,
    config: configOf(connection, credentials),
    metadata: facts(connection['metadata']),
    clientId: textOf(override['client_id']) ?? integration.clientId,
    clientSecret: textOf(override['client_secret']) ?? integration.clientSecret,
    custom: integration.custom,
    accessToken: accessTokenOf(credentials),
  };
}

/** Where a role was taken belongs to AWS credentials; base URLs name it as configuration (spec/auth.md §2.15). */
function configOf(connection: Facts, { type, region, service }: Facts): Facts {
  const config = facts(connection['connection_config']);
  return type === 'AWS_SIGV4' ? { ...config, region: region ?? config['region'], service: service ?? config['service'] } : config;
}

/** The installation's token where there is one, the user's until then (spec/auth.md §2.10). */
function accessTokenOf(credentials: Facts): string | undefined {
  const type = credentials['type'];
  if (type === 'CUSTOM')
    return textOf(facts(credentials['app'])['access_token']) ?? textOf(facts(credentials['user'])['access_token']);
  return textOf(OAUTH_TYPES.has(String(type)) ? credentials['access_token'] : credentials['token']);
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

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
