import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '#libs/kernel';
import { Catalogue } from './catalogue.js';
import type { Provider } from './domain/entry.js';
import { compileTemplate } from './domain/parse-template.js';

let own: Catalogue;
let folder: string;
beforeAll(async () => {
  own = await Catalogue.load();
  folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Every text of an entry that is a template. */
function templatesOf({ proxy, credentials: _inputs, ...rest }: Provider): string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value === 'string' && value.includes('${')) found.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit([proxy, rest]);
  return found;
}

const CREDENTIALS: Partial<Record<string, string[]>> = { API_KEY: ['apiKey'], BASIC: ['username', 'password'], NONE: [] };
const ALWAYS = new Set(['accessToken', 'clientId', 'clientSecret']);

describe('the built-in catalogue', () => {
  it('has the providers that are promised, without a problem', async () => {
    const names = [
      'private-api-bearer',
      'private-api-basic',
      'unauthenticated',
      'github-pat',
      'stripe-api-key',
      'sendgrid',
      'openai',
      'anthropic',
      'twilio',
    ];
    expect(names.filter((name) => !own.get(name))).toEqual([]);
    expect(own.all().length).toBeGreaterThanOrEqual(12);
  });

  it('keeps each entry in the file of its name', async () => {
    const { readdirSync } = await import('node:fs');
    const files = readdirSync(new URL('../data', import.meta.url)).map((file) => file.replace('.yaml', ''));
    expect(own.all().map(({ name }) => name)).toEqual(files.toSorted());
  });

  it('names in its templates only what its entries declare', () => {
    const undeclared = own.all().flatMap((provider) =>
      templatesOf(provider)
        .flatMap((text) => compileTemplate(text).references)
        .filter((name) => !isDeclared(provider, name))
        .map((name) => `${provider.name}: ${name}`),
    );
    expect(undeclared).toEqual([]);
  });

  it('declares no input that nothing uses', () => {
    const unused = own.all().flatMap((provider) =>
      Object.keys(provider.connection_config ?? {})
        .filter(
          (name) => name !== 'base_url' && !templatesOf(provider).some((text) => text.includes(`\${connectionConfig.${name}}`)),
        )
        .map((name) => `${provider.name}: ${name}`),
    );
    expect(unused).toEqual([]);
  });

  it('finds providers by a part of their key in any case', () => {
    expect(own.list('GIT').map(({ name }) => name)).toEqual(['github-pat', 'gitlab-pat']);
    expect(own.list('.*')).toEqual([]);
    expect(own.list()).toEqual(own.all());
  });
});

function isDeclared(provider: Provider, name: string): boolean {
  if (ALWAYS.has(name)) return true;
  if (name.startsWith('connectionConfig.')) return Object.hasOwn(provider.connection_config ?? {}, name.slice(17));
  const fields = [...(CREDENTIALS[provider.auth_mode] ?? []), ...Object.keys(provider.credentials ?? {})];
  return fields.includes(name.replace(/^credentials\./, ''));
}

describe('a catalogue of the operator', () => {
  it('adds to the built-in entries and replaces them, from a folder or a file', async () => {
    writeFileSync(
      join(folder, 'mine.yaml'),
      'mine: { display_name: Mine, docs: https://e.com, auth_mode: NONE }\nopenai: { alias: mine, display_name: Not OpenAI }\nbroken: { alias: gone }',
    );
    for (const path of [folder, join(folder, 'mine.yaml')]) {
      const catalogue = await Catalogue.load(path);
      expect([catalogue.get('mine')?.auth_mode, catalogue.get('openai')?.display_name]).toEqual(['NONE', 'Not OpenAI']);
      expect(catalogue.get('broken')).toBeUndefined();
      expect(catalogue.get('twilio')).toEqual(own.get('twilio'));
    }
  });

  it('that cannot be read stops the start', async () => {
    await expect(Catalogue.load(join(folder, 'nothing'))).rejects.toBeInstanceOf(ConfigError);
  });
});
