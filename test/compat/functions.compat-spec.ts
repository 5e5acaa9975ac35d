import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { runCli } from './cli.js';
import { Harness } from './recorded/harness.js';
import { readFunctions, type RecordedFunction } from './recorded/project.js';

/** A project of functions in the style of published ones: deployed by the real CLI, run, and compared with their recordings. */
const PROJECT = fileURLToPath(new URL('functions', import.meta.url));
const ENTRY = /^import '\.\/([^/]+)\/([^/]+)\/([^/]+)\.js';/gm;
const entries = [...readFileSync(`${PROJECT}/index.ts`, 'utf8').matchAll(ENTRY)].map(
  ([, integration = '', folder = '', name = '']) => ({
    integration,
    name,
    kind: folder.replace(/s$/, ''),
  }),
);
const integrations = [...new Set(entries.map(({ integration }) => integration))];

let harness: Harness;
let functions: readonly RecordedFunction[] = [];

beforeAll(async () => {
  harness = await Harness.start({ databaseUrl: inject('stores').databaseUrl, integrations, startsItself: true });
  await harness.integrate(integrations);
  const { exitCode, output } = await runCli(harness.stack, ['deploy', 'dev', '--auto-confirm', '--allow-destructive'], PROJECT);
  if (exitCode !== 0) throw new Error(`the CLI ended with ${exitCode}: ${output}`);
  functions = readFunctions(PROJECT);
}, 180_000);
afterAll(() => harness?.stop());

it('has every function of the project, and no other', () => {
  expect(functions).toHaveLength(entries.length);
  expect(entries.length).toBeGreaterThanOrEqual(60);
});

describe.each(integrations)('%s', (integration) => {
  it.each(entries.filter((entry) => entry.integration === integration))('$kind $name', async ({ kind, name }) => {
    const fn = functions.find((one) => one.integration === integration && one.kind === kind && one.name === name);
    expect(fn).toBeDefined();
    expect((await harness.run(fn as RecordedFunction)).problems).toEqual([]);
  });
});
