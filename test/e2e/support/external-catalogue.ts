import { stringify } from 'yaml';

export const EXTERNAL_COUNT = 600;
const docs = 'https://example.com/docs';
const field = (title: string) => ({ type: 'string', title, description: title });

/** Entries of the commonest modes; every third is an alias of the one before. */
function entry(farmUrl: string, n: number): Record<string, unknown> {
  const names = { display_name: `External ${n}`, docs, categories: ['other'] };
  if (n % 3 === 2) return { ...names, alias: `external-${n - 1}` };
  if (n % 2 === 0) {
    const proxy = { base_url: `${farmUrl}/api/api-key`, headers: { 'x-api-key': '${apiKey}' }, retry: { after: 'retry-after' } };
    return { ...names, auth_mode: 'API_KEY', credentials: { apiKey: { ...field('Key'), secret: true } }, proxy };
  }
  return {
    ...names,
    auth_mode: 'OAUTH2',
    authorization_url: 'https://${connectionConfig.subdomain}.example.com/authorize',
    token_url: 'https://${connectionConfig.subdomain}.example.com/token',
    authorization_params: { prompt: 'consent' },
    scope_separator: ',',
    connection_config: { subdomain: { ...field('Subdomain'), pattern: '^[a-z]+$', suffix: '.example.com' } },
    proxy: {
      base_url: 'https://${connectionConfig.subdomain}.example.com',
      paginate: { type: 'link', link_rel_in_response_header: 'next' },
    },
  };
}

const good = (farmUrl: string) =>
  Object.fromEntries(Array.from({ length: EXTERNAL_COUNT }, (_, n) => [`external-${n}`, entry(farmUrl, n)]));
const bad = (farmUrl: string) => ({
  'bad-field': { ...entry(farmUrl, 0), authorisation_url: 'https://example.com' },
  'bad-template': { ...entry(farmUrl, 1), token_url: 'https://${connectionConfig.subdomain.example.com/token' },
  'loop-a': { alias: 'loop-b', display_name: 'A', docs },
  'loop-b': { alias: 'loop-a', display_name: 'B', docs },
  // Of a provider that Fairlead knows itself.
  coda: { ...entry(farmUrl, 0), display_name: 'Ours instead' },
});

/** A catalogue file of somebody else's, in the documented format (spec/auth.md §1): hundreds of good entries, and some that are not. */
export const externalCatalogue = (farmUrl: string): string => stringify({ ...good(farmUrl), ...bad(farmUrl) });
