import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import type { Additions } from './matching.js';

const DATA = fileURLToPath(new URL('../../../libs/providers/data/', import.meta.url));

/** A field that the catalogue asks customers for. */
interface Field {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly secret?: boolean;
  readonly example?: string;
  readonly pattern?: string;
  readonly optional?: boolean;
}

/** What the harness must know of a catalogue entry. */
interface Entry {
  readonly display_name?: string;
  readonly categories?: readonly string[];
  readonly docs?: string;
  readonly alias?: string;
  readonly auth_mode?: string;
  readonly proxy?: {
    readonly base_url?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly query?: Readonly<Record<string, string>>;
    readonly retry?: { readonly after?: string | readonly string[] };
  };
  readonly connection_config?: Readonly<Record<string, Field>>;
  readonly credentials?: Readonly<Record<string, Field>>;
}

/** Modes whose credentials can be imported and then last. */
const IMPORTABLE = new Set(['OAUTH2', 'OAUTH2_CC', 'OAUTH1', 'API_KEY', 'BASIC', 'NONE', 'TBA']);

/** A provider as functions of a project see it. */
export class Provider {
  private constructor(
    readonly name: string,
    private readonly entry: Entry,
    /** Whether the catalogue's own entry cannot be used. */
    readonly isStandIn: boolean,
  ) {}

  static named(name: string): Provider {
    const entry = ownEntry(name);
    if (entry && IMPORTABLE.has(entry.auth_mode ?? '')) return new Provider(name, entry, false);
    return new Provider(name, { ...entry, ...standIn(name, entry) }, true);
  }

  /** Of an external catalogue, for the entries that must be replaced. */
  static catalogueOf(providers: readonly Provider[]): string {
    return stringify(Object.fromEntries(providers.filter((one) => one.isStandIn).map(({ name, entry }) => [name, entry])));
  }

  get additions(): Additions {
    const { headers = {}, query = {}, retry = {} } = this.entry.proxy ?? {};
    return {
      headers: new Set(Object.keys(headers).map((name) => name.toLowerCase())),
      query: new Set(Object.keys(query)),
      retryAtOnce: Object.fromEntries([retry.after ?? []].flat().map((name) => [name.toLowerCase(), '0'])),
    };
  }

  /** Of an integration, where the mode needs a client. */
  get clientCredentials(): object | undefined {
    const type = this.entry.auth_mode ?? '';
    return ['OAUTH1', 'OAUTH2', 'TBA'].includes(type) ? { type, client_id: 'client', client_secret: 'secret' } : undefined;
  }

  /** Of a connection: the mark of its session, or an example where the catalogue insists on a form. Recorded ones would mark nobody. */
  credentials(marker: string): object {
    const type = this.entry.auth_mode ?? 'NONE';
    const made = (name: string) => {
      const { example, pattern = '' } = this.entry.credentials?.[name] ?? {};
      return new RegExp(pattern).test(marker) ? marker : (example ?? marker);
    };
    return Object.fromEntries([['type', type], ...(CREDENTIALS[type] ?? []).map((name) => [name, made(name)])]);
  }

  /**
   * The recorded configuration, completed by what the base URL and the catalogue ask for.
   * @param refused fields whose recorded values the catalogue does not allow: recordings hide what was secret
   */
  connectionConfig(
    recorded: Readonly<Record<string, unknown>> = {},
    refused: ReadonlySet<string> = new Set(),
  ): Record<string, unknown> {
    const { proxy, connection_config: asked = {} } = this.entry;
    const needed = Object.entries(asked).filter(([, { optional }]) => !optional);
    const inUrl = [...(proxy?.base_url ?? '').matchAll(/\$\{connectionConfig\.(\w+)\}/g)].map(([, name = '']) => name);
    const isOrigin = (name: string) => proxy?.base_url?.startsWith(`\${connectionConfig.${name}}`) ?? false;
    const made = [...new Set([...needed.map(([name]) => name), ...inUrl])]
      .filter((name) => !asked[name]?.optional)
      .map((name) => [name, asked[name]?.example ?? (isOrigin(name) ? 'https://api.recorded.example' : 'recorded')]);
    const kept = Object.entries(recorded).filter(([name]) => !refused.has(name));
    const base = proxy?.base_url ? {} : { base_url: 'https://api.recorded.example' };
    return { ...Object.fromEntries(made), ...base, ...Object.fromEntries(kept) };
  }
}

const CREDENTIALS: Readonly<Record<string, readonly string[]>> = {
  OAUTH2: ['access_token'],
  OAUTH2_CC: ['token', 'client_id', 'client_secret'],
  OAUTH1: ['oauth_token', 'oauth_token_secret'],
  API_KEY: ['apiKey'],
  BASIC: ['username', 'password'],
  TBA: ['token_id', 'token_secret'],
};

function ownEntry(name: string): Entry | undefined {
  const file = `${DATA}${name}.yaml`;
  if (!existsSync(file)) return undefined;
  const entry = (parse(readFileSync(file, 'utf8')) as Record<string, Entry>)[name];
  return entry?.alias === undefined ? entry : { ...ownEntry(entry.alias), ...entry };
}

/** An API key in place of what cannot be imported, and of providers that nobody knows. */
const standIn = (name: string, entry: Entry | undefined): Entry => ({
  display_name: name,
  categories: ['other'],
  docs: 'https://example.com/docs',
  auth_mode: 'API_KEY',
  credentials: { apiKey: { type: 'string', title: 'Key', description: 'Key', secret: true } },
  proxy: {
    ...entry?.proxy,
    base_url: entry?.proxy?.base_url ?? `https://${name}.recorded.example`,
    headers: { authorization: 'Bearer ${apiKey}' },
    query: {},
  },
});
