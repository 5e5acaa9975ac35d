import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '#libs/kernel';
import { Catalogue } from './catalogue.js';

let own: Catalogue;
let folder: string;
beforeAll(async () => {
  own = await Catalogue.load();
  folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

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

  it('finds providers by a part of their key in any case', () => {
    expect(own.list('HUB-P').map(({ name }) => name)).toEqual(['github-pat']);
    expect(own.list('.*')).toEqual([]);
    expect(own.list()).toEqual(own.all());
  });
});

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
