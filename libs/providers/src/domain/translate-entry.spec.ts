import { expect, it } from 'vitest';
import { catalogueEntry, type Provider } from './entry.js';
import { locale, translateEntry } from './translate-entry.js';

const provider: Provider = {
  ...catalogueEntry.parse({
    display_name: 'Acme',
    docs: 'https://example.com',
    auth_mode: 'API_KEY',
    categories: ['crm', 'other'],
    credentials: { apiKey: { type: 'string', title: 'API key', description: 'A key of the account', secret: true } },
    connection_config: { region: { type: 'string', title: 'Region', description: 'Where it is', enum: ['eu', 'us'] } },
  }),
  name: 'acme',
};
const german = locale.parse({
  '*': { titles: { 'API key': 'API-Schlüssel', Region: 'Region' }, descriptions: { 'A key of the account': 'Ein Schlüssel' } },
  acme: {
    display_name: 'Akme',
    categories: ['crm'],
    connection_config: { region: { title: 'Gebiet' } },
    docs_connect: 'https://d',
  },
});

it('replaces common words, and then what the language says of the entry', () => {
  expect(translateEntry(provider, german)).toEqual({
    ...provider,
    display_name: 'Akme',
    categories: ['crm'],
    docs_connect: 'https://d',
    credentials: { apiKey: { type: 'string', title: 'API-Schlüssel', description: 'Ein Schlüssel', secret: true } },
    connection_config: { region: { type: 'string', title: 'Gebiet', description: 'Where it is', enum: ['eu', 'us'] } },
  });
});

it('leaves the entry itself as it is, and other entries but for the common words', () => {
  const other = { ...provider, name: 'other' };
  const before = structuredClone(other);
  const translated = translateEntry(other, german);
  expect(translated.display_name).toBe('Acme');
  expect(translated.credentials?.['apiKey']?.title).toBe('API-Schlüssel');
  expect(other).toEqual(before);
  expect(translateEntry({ ...provider, name: 'constructor' }, german).display_name).toBe('Acme');
});
