/** The catalogue entries and integrations of the fake API: together they show every kind of input and every way to connect. */
type Entry = Record<string, unknown> & { readonly display_name: string; readonly auth_mode: string };
type Field = Record<string, unknown>;

const field = (title: string, more: Field = {}): Field => ({ type: 'string', title, description: '', ...more });

export const ENTRIES: Readonly<Record<string, Entry>> = {
  github: { display_name: 'GitHub', auth_mode: 'OAUTH2' },
  slack: { display_name: 'Slack', auth_mode: 'OAUTH2', docs_connect: 'https://docs.example.com/slack' },
  'sentry-oauth': { display_name: 'Sentry', auth_mode: 'OAUTH2', installation: 'outbound' },
  notion: { display_name: 'Notion', auth_mode: 'API_KEY' },
  zendesk: {
    display_name: 'Zendesk',
    auth_mode: 'BASIC',
    docs_connect: 'https://docs.example.com/zendesk',
    connection_config: {
      plan: field('Plan', { enum: ['team', 'suite'], warnings: { team: 'The team plan has no webhooks.' }, optional: true }),
      subdomain: field('Subdomain', {
        description: 'The first part of your Zendesk address',
        example: 'acme',
        pattern: '^[a-z0-9-]+$',
        prefix: 'https://',
        suffix: '.zendesk.com',
        order: 1,
        doc_section: '#subdomain',
      }),
      brand: field('Brand', { hidden: true, default_value: 'main' }),
      cloudId: field('Cloud', { automated: true }),
    },
    credentials: {
      username: field('Email', { format: 'email', example: 'you@acme.com' }),
      password: field('API token', { secret: true, description: 'Create one under Admin Center → APIs' }),
    },
  },
  adp: { display_name: 'ADP', auth_mode: 'OAUTH2_CC', require_client_certificate: true },
  netsuite: {
    display_name: 'NetSuite',
    auth_mode: 'TBA',
    connection_config: { accountId: field('Account ID', { example: '1234567_SB1' }) },
  },
  'ghost-admin': {
    display_name: 'Ghost',
    auth_mode: 'JWT',
    credentials: {
      privateKey: field('Admin API key', { secret: true }),
      keyId: field('Key ID', { format: 'uuid', optional: true }),
    },
    connection_config: { domain: field('Domain', { format: 'hostname', example: 'blog.acme.com' }) },
  },
  intacct: {
    display_name: 'Sage Intacct',
    auth_mode: 'TWO_STEP',
    credentials: { companyId: field('Company ID') },
    integration_config: { clientId: field('Application ID'), clientSecret: field('Application secret', { secret: true }) },
    assertion_option: { entity: field('Entity', { optional: true }) },
  },
  emarsys: { display_name: 'Emarsys', auth_mode: 'SIGNATURE' },
  bill: { display_name: 'Bill.com', auth_mode: 'BILL' },
  'aws-sigv4': {
    display_name: 'Amazon Web Services',
    auth_mode: 'AWS_SIGV4',
    credentials: {
      role_arn: field('Role ARN', { pattern: '^arn:aws:iam::\\d{12}:role/.+$', example: 'arn:aws:iam::123456789012:role/sync' }),
    },
  },
  hackernews: { display_name: 'Hacker News', auth_mode: 'NONE' },
};

/** Texts in other languages, as `Accept-Language` chooses them. */
export const TRANSLATED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  de: { Subdomain: 'Subdomäne', 'The first part of your Zendesk address': 'Der erste Teil Ihrer Zendesk-Adresse' },
};

export interface FakeIntegration {
  readonly unique_key: string;
  readonly provider: string;
  readonly display_name: string;
  readonly logo: string;
  readonly preconfigured_credentials?: readonly string[];
  readonly credentials_label?: Readonly<Record<string, string>>;
}

export const integrationOf = (provider: string, url: string): FakeIntegration => ({
  unique_key: `${provider}-1`,
  provider,
  display_name: (ENTRIES[provider] as Entry).display_name,
  logo: `${url}/images/template-logos/${provider}.svg`,
});
