import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { runCli } from './cli.js';
import { Deployer } from './recorded/deployer.js';
import { Harness } from './recorded/harness.js';
import { readFunctions, readIntegrations, type RecordedFunction } from './recorded/project.js';
import type { Recording } from './recorded/recording.js';

/** A project of functions in the style of published ones: deployed by the real CLI, run, and compared with their recordings. */
const PROJECT = fileURLToPath(new URL('functions', import.meta.url));
const TOOL = fileURLToPath(new URL('../../tools/compat-functions.mjs', import.meta.url));
const run = promisify(execFile);
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

describe('what is not as recorded', () => {
  const changed = async (change: (recording: Recording) => Recording) => {
    const fn = functions.find(({ integration, name }) => integration === 'github' && name === 'create-issue');
    return (await harness.run({ ...(fn as RecordedFunction), recording: change(fn?.recording as Recording) })).problems;
  };

  it('is told by its field', async () => {
    const problems = await changed((recording) => ({
      ...recording,
      output: { ...(recording.output as object), title: 'Another' },
    }));
    expect(problems).toEqual(['output.title: expected "Another", got "It does not fly"']);
  });

  it('is told by what was asked and what could have been', async () => {
    const problems = await changed((recording) => ({
      ...recording,
      api: { post: { '/repos/acme/other/issues': { response: {} } } },
    }));
    expect(problems.join('\n')).toMatch(
      /not recorded: asked for POST api\.github\.com\/repos\/acme\/rocket%20science\/issues .*acme\/other/,
    );
  });

  it('is told where nothing is recorded', async () => {
    const { problems } = await harness.run({ ...(functions[0] as RecordedFunction), recording: undefined });
    expect(problems).toEqual([expect.stringContaining('no recording')]);
  });
});

it('lets a sync find the records that its recording deletes', async () => {
  const fn = functions.find(({ integration, name }) => integration === 'google-calendar' && name === 'events');
  const response = { items: [{ id: 'e9', status: 'cancelled' }], nextSyncToken: 's' };
  const recording: Recording = {
    nango: { batchDelete: { Event: [{ id: 'e9' }] } },
    api: { get: { '/calendar/v3/calendars/primary/events': { response } } },
  };
  const seeding = new Deployer(harness.customer, PROJECT, readIntegrations(PROJECT));
  const deleting = { ...(fn as RecordedFunction), recording };
  expect((await harness.run(deleting, seeding)).problems).toEqual([]);
  expect((await harness.run(deleting)).problems).toEqual(['deleted Event[0]: expected "e9", got nothing']);
});

describe('npm run compat:functions', () => {
  const tool = (...args: string[]) =>
    run(process.execPath, [TOOL, ...args], {
      env: { ...process.env, NANGO_DATABASE_URL: inject('stores').databaseUrl, NANGO_REDIS_URL: inject('stores').redisUrl },
    });

  it('runs a compiled project and prints a table', async () => {
    const { stdout } = await tool(PROJECT, '--only', '^(figma/actions/lock|coda/syncs)');
    expect(stdout).toMatch(/2 functions of 2 integrations[\s\S]* 2 {2}as recorded\n +2 {2}functions/);
  }, 120_000);

  it('says how it is called', async () => {
    await expect(tool('--jobs', 'many')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('usage: ') });
  });
});
