import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { EXTERNAL_COUNT } from '../e2e/support/external-catalogue.js';
import { customer, farm } from './support/world.js';

/** A catalogue file of somebody else's: `NANGO_PROVIDERS_PATH` (spec/auth.md §1). */
it('adds hundreds of providers to ours, and replaces those of the same key', async () => {
  const { data } = (await customer.api.get<{ data: { name: string; display_name: string }[] }>('/providers')).body;
  expect(data.filter(({ name }) => name.startsWith('external-'))).toHaveLength(EXTERNAL_COUNT);
  expect(data.find(({ name }) => name === 'coda')?.display_name).toBe('Ours instead');
  expect(data.map(({ name }) => name)).toEqual(expect.arrayContaining(['github', 'slack']));
});

it('answers with whole entries, those of aliases too', async () => {
  const { data } = (await customer.api.get<{ data: Record<string, unknown> }>('/providers/external-2')).body;
  expect(data).toMatchObject({ name: 'external-2', display_name: 'External 2', auth_mode: 'OAUTH2', scope_separator: ',' });
});

it('connects what it describes', async () => {
  const key = await customer.integration('external-0');
  const { apiKey, who } = farm.users.apiKey;
  const id = await customer.connect('/api-auth/api-key', key, { apiKey });
  expect(await customer.who(key, id)).toBe(who);
});

it('leaves out what is wrong, and names it with its file, field and cure', async () => {
  for (const key of ['bad-field', 'bad-template', 'loop-a', 'loop-b']) {
    expect((await customer.api.get(`/providers/${key}`)).status).toBe(404);
  }
  const log = readdirSync(inject('logs'))
    .filter((name) => name.endsWith('.log'))
    .map((name) => readFileSync(join(inject('logs'), name), 'utf8'))
    .join('\n');
  for (const words of [
    /external\.yaml: bad-field: authorisation_url: there is no such field/,
    /external\.yaml: bad-template: token_url: /,
    /external\.yaml: loop-[ab]: alias: goes round in a circle: loop-[ab] → loop-[ab]/,
  ]) {
    expect(log).toMatch(words);
  }
});
