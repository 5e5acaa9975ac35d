import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readOwnFiles } from './catalogue-files.js';
import { buildCatalogue } from './domain/build-catalogue.js';
import type { Provider } from './domain/entry.js';
import { type EntryTemplate, templatesOf } from './domain/entry-templates.js';
import { compileTemplate } from './domain/parse-template.js';
import { fillTemplate, fillUrl, type Scope } from './domain/template.js';

type Inputs = Provider['credentials'];
type Input = NonNullable<Inputs>[string];

const { providers, problems } = buildCatalogue(await readOwnFiles());

const PEM = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const BY_FORMAT = {
  hostname: 'host.example.com',
  uri: 'https://example.com',
  uuid: '9b2f8c1e-5a4d-4f0a-8f6e-0c6f5b1a2d3e',
  email: 'ada@example.com',
};

/** What somebody would fill in, as far as the entry says. */
const sampleOf = ({ default_value, enum: choice, format, example, title }: Input): string =>
  default_value || choice?.[0] || (format && BY_FORMAT[format]) || (/private key|pem/i.test(title) ? PEM : example) || 'sample';

const samplesOf = (inputs: Inputs, prefix: string): [string, string][] =>
  Object.entries(inputs ?? {}).map(([name, input]) => [prefix + name, sampleOf(input)]);

/** Names whose values begin a URL, such as `connectionConfig.instance_url`: these are addresses. */
const addressesOf = (provider: Provider): Set<string | undefined> =>
  new Set(templatesOf(provider).flatMap(({ kind, text }) => (kind === 'url' ? /^\$\{([\w.]+)\}/.exec(text)?.[1] : [])));

/** Values for all that an entry declares, and for what its mode brings along. */
function scopeOf(provider: Provider): Scope {
  const addresses = addressesOf(provider);
  const known = new Map<string, string>([
    ...samplesOf(provider.connection_config, 'connectionConfig.'),
    ...samplesOf(provider.integration_config, 'credentials.'),
    ...samplesOf(provider.credentials, 'credentials.'),
    ...samplesOf(provider.credentials, ''),
    ...samplesOf(provider.assertion_option, 'assertionOption.'),
  ]);
  const lookup = (name: string): string | undefined => {
    const value = known.get(name) ?? (isBroughtAlong(provider, name) ? 'sample' : undefined);
    return value !== undefined && addresses.has(name) && !URL.canParse(value) ? 'https://answer.example.com' : value;
  };
  return { lookup, now: new Date('2026-11-23T09:05:07.089Z'), random: '11111111-2222-4333-8444-555555555555' };
}

const OF_MODE =
  /^(accessToken|clientId|clientSecret|token|assertion|refresh_token|apiKey|username|password|method|host|path|endpoint|params|urlCanonicalParams|bodyCanonicalParams|contentType)$|^(step\d+|credentials|metadata)\.|^connectionConfig\.(installation_id|appPublicLink|region|service|external_id)$/;

function isBroughtAlong(provider: Provider, name: string): boolean {
  const answers = [
    ...(provider.token_response_metadata ?? []),
    ...(provider.redirect_uri_metadata ?? []),
    ...(provider.webhook_response_metadata ?? []),
    ...(provider.connection_configuration ?? []),
  ];
  return OF_MODE.test(name) || answers.some((answer) => name === `connectionConfig.${answer}`);
}

const ABSOLUTE =
  /^(authorization_url|token_url|refresh_url|request_url|registration_url|proxy\.base_url|additional_steps\.\d+\.token_url)/;

/** Whether values in a URL are percent-encoded: not in a base URL, which may be a value as a whole, nor where the entry says so. */
function isEncoded(provider: Provider, { path }: EntryTemplate): boolean {
  if (path.startsWith('authorization_url')) return !provider.authorization_url_skip_encode?.includes('base_url');
  return path.startsWith('token_url') && !provider.token_url_skip_encode?.includes('base_url');
}

describe('the built-in catalogue', () => {
  it('loads as a whole', () => expect(problems).toEqual([]));

  it.each([...providers.values()].map((provider) => [provider.name, provider] as const))(
    '%s fills its templates',
    (_name, provider) => {
      const scope = scopeOf(provider);
      for (const template of templatesOf(provider)) {
        const compiled = compileTemplate(template.text);
        const keep = (value: string): string => value;
        const filled =
          template.kind === 'url'
            ? fillUrl(compiled, scope, isEncoded(provider, template) ? undefined : keep)
            : fillTemplate(compiled, scope);
        expect({ path: template.path, ...filled }).toMatchObject({ path: template.path, ok: true });
        if (filled.ok && ABSOLUTE.test(template.path))
          expect([template.path, filled.value, URL.canParse(filled.value)]).toContain(true);
      }
    },
  );
});
