import { describe, expect, it } from 'vitest';
import type { ConnectSession, InputField, Integration, Provider } from '../api/wire.js';
import en from '../locales/en.json';
import { isAsked } from './form-field.js';
import { formModel } from './form-model.js';

const field = (title: string, more: Partial<InputField> = {}): InputField => ({
  type: 'string',
  title,
  description: '',
  ...more,
});
const integration: Integration = { unique_key: 'acme', provider: 'acme', display_name: 'Acme', logo: '' };
const settings: ConnectSession['connectUISettings'] = {
  theme: { light: { primary: '#000' }, dark: { primary: '#fff' } },
  defaultTheme: 'system',
  showWatermark: true,
};

const model = (provider: Partial<Provider>, session: Partial<ConnectSession> = {}, more: Partial<Integration> = {}) =>
  formModel(
    { name: 'acme', display_name: 'Acme', auth_mode: 'API_KEY', logo_url: '', ...provider },
    { ...integration, ...more },
    { connectUISettings: settings, ...session },
    en.fields,
  );
const names = (...args: Parameters<typeof model>) => model(...args).fields.map(({ target, name }) => `${target}.${name}`);
const preset = (config: Record<string, unknown>): Partial<ConnectSession> => ({
  integrations_config_defaults: { acme: { connection_config: config } },
});

describe('what each mode asks for', () => {
  it.each([
    ['API_KEY', ['apiKey']],
    ['BASIC', ['username', 'password']],
    ['OAUTH2_CC', ['client_id', 'client_secret']],
    ['TBA', ['token_id', 'token_secret']],
    ['SIGNATURE', ['username', 'password']],
    ['BILL', ['username', 'password', 'organization_id', 'dev_key']],
    ['AWS_SIGV4', ['role_arn']],
    ['NONE', []],
    ['OAUTH1', []],
    ['OAUTH2', []],
    ['APP', []],
    ['MCP_OAUTH2', []],
  ])('%s', (mode, expected) => {
    expect(model({ auth_mode: mode }).fields.map(({ name }) => name)).toEqual(expected);
  });

  it('a certificate where the provider requires one', () => {
    const { fields } = model({ auth_mode: 'OAUTH2_CC', require_client_certificate: true });
    expect(fields.map(({ name, multiline }) => [name, multiline])).toEqual([
      ['client_id', false],
      ['client_secret', false],
      ['client_certificate', true],
      ['client_private_key', true],
    ]);
  });

  it('describes what the catalogue does not', () => {
    expect(model({ auth_mode: 'BASIC' }).fields.map(({ title, input }) => [title, input.secret])).toEqual([
      ['User name', false],
      ['Password', true],
    ]);
  });

  it('lets the catalogue describe it', () => {
    const [apiKey] = model({ credentials: { apiKey: field('Personal token', { pattern: '^pat-' }) } }).fields;
    expect(apiKey).toMatchObject({ title: 'Personal token', input: { pattern: '^pat-' } });
  });

  it("prefers the integration's own label", () => {
    expect(model({}, {}, { credentials_label: { apiKey: 'Acme key' } }).fields[0]?.title).toBe('Acme key');
  });

  it('settings of a two-step integration that the developer left open', () => {
    const provider = {
      auth_mode: 'TWO_STEP',
      credentials: { company: field('Company') },
      integration_config: { clientId: field('Client'), clientSecret: field('Secret', { optional: true }) },
    };
    const { fields } = model(provider, {}, { preconfigured_credentials: ['clientId'] });
    expect(fields.map(({ name, required }) => [name, required])).toEqual([
      ['company', true],
      ['clientSecret', true],
    ]);
    expect(names({ ...provider, auth_mode: 'API_KEY' })).toEqual(['credentials.apiKey', 'credentials.company']);
  });

  it("the customer's own OAuth client where the session leaves a place for it", () => {
    const session = preset({
      oauth_client_id_override: '',
      oauth_client_secret_override: '',
      oauth_refresh_token_override: 'set',
    });
    expect(names({ auth_mode: 'OAUTH2' }, session)).toEqual([
      'credentials.oauth_client_id_override',
      'credentials.oauth_client_secret_override',
    ]);
    expect(names({ auth_mode: 'API_KEY' }, session)).toEqual(['credentials.apiKey']);
  });
});

describe('which of the catalogue’s inputs are asked', () => {
  it('in their order: ordered settings, credentials, other settings, assertion options', () => {
    const provider = {
      connection_config: { late: field('Late'), second: field('2', { order: 2 }), first: field('1', { order: 1 }) },
      credentials: { apiKey: field('Key') },
      assertion_option: { entity: field('Entity') },
    };
    expect(names(provider)).toEqual([
      'params.first',
      'params.second',
      'credentials.apiKey',
      'params.late',
      'assertionOption.entity',
    ]);
  });

  it('not what the provider fills, nor what the session or the integration set', () => {
    const provider = {
      connection_config: { cloud: field('Cloud', { automated: true }), host: field('Host'), region: field('Region') },
    };
    const session = preset({ host: 'acme.example', region: '' });
    expect(names(provider, session, { preconfigured_credentials: ['apiKey'] })).toEqual(['params.region']);
  });

  it('hidden ones are kept, with their value, and not shown', () => {
    const { fields, initial } = model({
      auth_mode: 'NONE',
      connection_config: { brand: field('Brand', { hidden: true, default_value: 'main' }) },
    });
    expect(fields[0]).toMatchObject({ name: 'brand', visible: false });
    expect(initial).toEqual({ f0: 'main' });
  });

  it('optional ones, and those with a default, may stay empty', () => {
    const provider = {
      auth_mode: 'NONE',
      connection_config: { a: field('A'), b: field('B', { optional: true }), c: field('C', { default_value: '' }) },
    };
    expect(model(provider).fields.map(({ required }) => required)).toEqual([true, false, false]);
  });

  it('some only when another has a value', () => {
    const { fields } = model({
      auth_mode: 'TWO_STEP',
      integration_config: { mode: field('Mode'), url: field('URL', { visible_when: { field: 'mode', equals: 'custom' } }) },
    });
    const url = fields[1];
    expect(url && [isAsked(url, { f0: 'builtin' }), isAsked(url, { f0: 'custom' })]).toEqual([false, true]);
  });
});

describe('the guide', () => {
  it('is the session’s where it names one', () => {
    const provider = { docs_connect: 'https://docs.example.com/acme' };
    expect(model(provider).guideUrl).toBe('https://docs.example.com/acme');
    expect(model(provider, { overrides: { acme: { docs_connect: 'https://own.example.com' } } }).guideUrl).toBe(
      'https://own.example.com',
    );
  });

  it('is no script', () => {
    expect(model({}, { overrides: { acme: { docs_connect: 'javascript:alert(1)' } } }).guideUrl).toBeUndefined();
  });
});

describe('the external id', () => {
  it('is shown for AWS, on the first connection only', () => {
    expect(model({ auth_mode: 'AWS_SIGV4' }).showsExternalId).toBe(true);
    expect(model({ auth_mode: 'AWS_SIGV4' }, { isReconnecting: true }).showsExternalId).toBe(false);
    expect(model({ auth_mode: 'API_KEY' }).showsExternalId).toBe(false);
  });

  it('is not asked for as a setting', () => {
    expect(names({ auth_mode: 'AWS_SIGV4', connection_config: { external_id: field('Id') } })).toEqual(['credentials.role_arn']);
  });
});
