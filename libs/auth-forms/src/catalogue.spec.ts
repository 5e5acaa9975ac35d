import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthModes } from '#libs/auth-modes';
import { Catalogue, type InputField, inputIssues, type Provider } from '#libs/providers';
import { CLIENT, startUpstream, subjectOf, type Upstream } from '#libs/testing';
import { mintedModes } from './minted-modes.js';
import { ReroutedHttp } from './test-minted.js';

type Rules = Pick<Provider, 'signature' | 'require_client_certificate'>;
type Fields = Readonly<Record<string, InputField & { readonly example?: string | undefined }>>;

const catalogue = await Catalogue.load();
let server: Upstream;
const addresses: URL[] = [];
const http = new ReroutedHttp((url) => {
  addresses.push(url);
  return `${server.url}/token`;
});
const modes = mintedModes(http);
const auth = new AuthModes(modes);
const entries = catalogue.all().filter(({ auth_mode: mode }) => Object.hasOwn(modes, mode));
const called = entries.filter(({ auth_mode: mode }) => ['OAUTH2_CC', 'TWO_STEP', 'BILL', 'AWS_SIGV4'].includes(mode));

beforeAll(async () => {
  server = await startUpstream();
});
afterAll(async () => {
  await http.close();
  await server.close();
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

/** Something that each of the catalogue's inputs takes. */
const CANDIDATES = [
  'abc',
  '12345',
  'a.example.com',
  'https://a.example.com/x',
  'ada@example.com',
  '0e9c1a52-3f6b-4d8e-9a7c-1b2d3e4f5a6b',
  'A'.repeat(64),
  `${'a1'.repeat(12)}:${'b2'.repeat(32)}`,
  'arn:aws:iam::123456789012:role/fairlead',
  'v5.0',
  '3.24',
];

/** A text of a plain pattern: the first of alternatives, `a` for each class. */
const sampleOf = (pattern = ''): string =>
  pattern
    .replaceAll(/\(([^|()]+)\|[^()]*\)/g, '$1')
    .replaceAll(/\[[^\]]+\]\{(\d+)\}/g, (_class, count: string) => 'a'.repeat(Number(count)))
    .replaceAll(/\[[^\]]+\][+*]/g, 'a')
    .replaceAll(/[\^$]/g, '');

function valueOf(name: string, field: Fields[string], { signature, require_client_certificate: isMutual }: Rules): string {
  if (name === 'client_certificate') return CLIENT.certificate;
  if (name === 'client_private_key' && isMutual) return CLIENT.privateKey;
  if (/private_?key/i.test(name) && field.pattern === undefined) return signature?.protocol === 'EC' ? ec : rsa;
  const given = [field.enum?.[0], field.example, sampleOf(field.pattern)].filter((text) => text !== undefined);
  const candidates = [...given.filter((text) => /^[ -~]+$/.test(text)), ...CANDIDATES];
  const value = candidates.find((text) => inputIssues({ [name]: field }, { [name]: text }, []).length === 0);
  if (value === undefined) throw new TypeError(`no candidate for ${name}: add one`);
  return value;
}

const filledIn = (fields: Fields = {}, rules: Rules = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, field]) => !field.automated)
      .map(([name, field]) => [name, valueOf(name, field, rules)]),
  );

/** What modes ask for whose entries declare no inputs. */
const UNDECLARED: Readonly<Record<string, Record<string, string>>> = {
  API_KEY: { apiKey: 'key' },
  BASIC: { username: 'user', password: 'password' },
  OAUTH2_CC: { client_id: 'id', client_secret: 'secret' },
  TBA: { token_id: 'id', token_secret: 'secret' },
  BILL: { username: 'u', password: 'p', organization_id: 'o', dev_key: 'd' },
};

const inputOf = ({ auth_mode: mode, credentials, assertion_option: option, ...rules }: Provider) => ({
  ...UNDECLARED[mode],
  ...filledIn(credentials, rules),
  ...(option && { assertionOption: filledIn(option) }),
});

const subject = (provider: Provider) =>
  subjectOf(provider, filledIn(provider.connection_config), { custom: filledIn(provider.integration_config) });

/** The answer an entry describes. */
function answerOf({ auth_mode: mode, token_response: rules, token_response_metadata: metadata = [] }: Provider): unknown {
  if (mode === 'AWS_SIGV4') return { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't' };
  if (mode === 'BILL') return { sessionId: 'the-token', userId: 'u' };
  const answer: Record<string, unknown> = mode === 'OAUTH2_CC' ? { access_token: 'the-token', expires_in: 3600 } : {};
  for (const name of metadata) put(answer, name, 'told');
  if (!rules) return answer;
  put(answer, rules.token, 'the-token');
  if (rules.refresh_token) put(answer, rules.refresh_token, 'the-refresh-token');
  if (rules.token_expiration)
    put(answer, rules.token_expiration, rules.token_expiration_strategy === 'expireIn' ? 3600 : '0:04:00');
  return answer;
}

function put(into: Record<string, unknown>, path: string, value: unknown): void {
  const [head = '', ...rest] = path.split('.');
  if (rest.length === 0) into[head] = value;
  else put((into[head] ??= {}) as Record<string, unknown>, rest.join('.'), value);
}

const isRenewed = ({ auth_mode: mode }: Provider) => !['API_KEY', 'BASIC', 'NONE', 'TBA'].includes(mode);

describe('every provider of the catalogue that needs a form alone', () => {
  it('is one of many', () => {
    expect(entries.length).toBeGreaterThan(300);
    expect(called.length).toBeGreaterThan(50);
  });

  it.each(entries.map((provider) => [`${provider.name} (${provider.auth_mode})`, provider] as const))(
    '%s gives credentials that can be used',
    async (_name, provider) => {
      server.on('*', '/token', () => ({ body: answerOf(provider) }));
      addresses.length = 0;
      const asks = called.includes(provider);
      const input = inputOf(provider);
      const { credentials, connectionConfig } = await auth.mint(subject(provider), input);
      expect(credentials.type).toBe(provider.auth_mode);
      expect(addresses.length > 0).toBe(asks);
      if (asks && provider.auth_mode !== 'AWS_SIGV4') {
        expect(credentials['token'] ?? credentials['session_id']).toBe('the-token');
        expect(Object.keys(connectionConfig ?? {})).toEqual(provider.token_response_metadata ?? []);
      }
      if (!isRenewed(provider)) return;
      expect(Date.parse(String(credentials['expires_at']))).toBeGreaterThan(Date.now());
      expect(auth.isRenewable(subject(provider), credentials)).toBe(true);
      const renewed = await auth.refresh(subject(provider), credentials);
      expect(renewed?.credentials).toMatchObject({ type: provider.auth_mode, expires_at: expect.any(String) as string });
    },
  );

  it.each(called.map((provider) => [provider.name, provider] as const))(
    '%s is asked with every value filled in',
    async (_name, provider) => {
      server.on('*', '/token', () => ({ body: answerOf(provider) }));
      addresses.length = 0;
      await auth.mint(subject(provider), inputOf(provider));
      const { text, headers, query } = server.requests.at(-1)!;
      expect(JSON.stringify([addresses, text, headers, query])).not.toMatch(/\$\{|undefined|%24%7B/);
      for (const address of addresses) expect(address.protocol).toBe('https:');
    },
  );

  it.each(called.map((provider) => [provider.name, provider] as const))(
    '%s says no to wrong secrets',
    async (_name, provider) => {
      server.on('*', '/token', () => ({ status: 401, body: { error: 'wrong' } }));
      const code = provider.auth_mode === 'AWS_SIGV4' ? 'aws_sigv4_sts_request_failed' : 'invalid_credentials';
      await expect(auth.mint(subject(provider), inputOf(provider))).rejects.toMatchObject({ code });
    },
  );
});
