import { Nango } from '@nangohq/node';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '#libs/testing';
import { type CliResult, runCli } from './cli.js';
import { makeProject, type ProjectFolder } from './project-folder.js';

/** Deploys by the published CLI: every mode, what it prints, and what the environment holds afterwards. */
let stack: Stack;
let project: ProjectFolder;
let nango: Nango;

const sync = (says: string, frequency = 'every hour') => `import { createSync } from 'nango';
import * as z from 'zod';
export default createSync({
  description: 'Syncs ${says}', frequency: '${frequency}', autoStart: false,
  models: { Thing: z.object({ id: z.string() }) },
  exec: async (nango) => { await nango.batchSave([{ id: '${says}' }], 'Thing'); },
});
`;
const action = (says: string, version = '') => `import { createAction } from 'nango';
import * as z from 'zod';
export default createAction({
  description: 'Says ${says}', ${version && `version: '${version}', `}input: z.void(), output: z.object({ says: z.string() }),
  exec: async () => ({ says: '${says}' }),
});
`;
const onEvent = `import { createOnEvent } from 'nango';
export default createOnEvent({ description: 'Greets', event: 'post-connection-creation', exec: async (nango) => { await nango.log('hello'); } });
`;
const callable = (says: string) => `import { createFunction } from 'nango/experimental';
import * as z from 'zod';
export default createFunction({
  description: 'Says ${says}', input: z.object({ to: z.string() }), output: z.object({ says: z.string() }),
  exec: async () => ({ says: '${says}' }),
});
`;

const BASE = {
  'acme/syncs/things': sync('things'),
  'acme/actions/greet': action('hello'),
  'acme/on-events/welcome': onEvent,
  'other/actions/greet': action('hi'),
};

/** What the CLI says it deployed, by name and version. */
const printed = ({ output }: CliResult): string[] => [...output.matchAll(/[\w-]+@v[\w.-]+/g)].map(([text]) => text).toSorted();

async function deploy(functions: Readonly<Record<string, string>>, ...args: string[]): Promise<CliResult> {
  await project.setFunctions(functions);
  const result = await runCli(stack, ['deploy', 'dev', '--auto-confirm', '--allow-destructive', ...args], project.path);
  expect(result, result.output).toMatchObject({ exitCode: 0 });
  return result;
}

const call = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
  const response = await fetch(`${stack.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${stack.secretKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(response.ok, text).toBe(true);
  return JSON.parse(text) as Body;
};

/** What runs, by integration, type, name and version. */
async function deployed(): Promise<string[]> {
  interface Group {
    providerConfigKey: string;
    [kind: string]: { name: string; version: string }[] | string;
  }
  const groups = await call<Group[]>('GET', '/scripts/config');
  return groups
    .flatMap((group) =>
      ['syncs', 'actions', 'on-events'].flatMap((kind) =>
        (group[kind] as { name: string; version: string }[]).map(
          ({ name, version }) => `${group.providerConfigKey}/${kind}/${name}@${version}`,
        ),
      ),
    )
    .toSorted();
}

const says = async (pck: string, name: string) =>
  (await nango.triggerAction<unknown, { says: string }>(pck, 'customer', name)).says;

beforeAll(async () => {
  stack = await startStack();
  project = await makeProject();
  nango = new Nango({ host: stack.baseUrl, apiKey: stack.secretKey });
  for (const unique_key of ['acme', 'other']) {
    await nango.createIntegration({ provider: 'private-api-bearer', unique_key });
    await call('POST', '/connections', {
      provider_config_key: unique_key,
      connection_id: 'customer',
      connection_config: { base_url: 'https://api.example' },
      credentials: { type: 'API_KEY', apiKey: 'k' },
    });
  }
}, 120_000);
afterAll(async () => {
  await project.remove();
  await stack.stop();
});

describe('nango deploy', () => {
  it('brings a whole project, and prints its versions', async () => {
    expect(printed(await deploy(BASE))).toEqual(['greet@v1', 'greet@v1', 'things@v1', 'welcome@v1']);
    expect(await deployed()).toEqual([
      'acme/actions/greet@1',
      'acme/on-events/welcome@1',
      'acme/syncs/things@1',
      'other/actions/greet@1',
    ]);
    expect(await says('other', 'greet')).toBe('hi');
  }, 120_000);

  it('without a change leaves everything as it was', async () => {
    expect(printed(await deploy(BASE))).toEqual(['greet@v1', 'greet@v1', 'things@v1', 'welcome@v1']);
    const history = await call('GET', '/integrations/acme/functions/things/versions');
    expect(history).toMatchObject({ pagination: { total: 1 } });
  }, 120_000);

  it('of one sync or one action touches nothing else', async () => {
    const changed = { 'acme/syncs/things': sync('things', 'every day'), 'acme/actions/greet': action('hello again') };
    expect(printed(await deploy(changed, '--sync', 'things'))).toEqual(['things@v2']);
    expect(await says('acme', 'greet')).toBe('hello');
    expect(printed(await deploy(changed, '--action', 'greet'))).toEqual(['greet@v2']);
    expect(await says('acme', 'greet')).toBe('hello again');
    expect(await deployed()).toEqual([
      'acme/actions/greet@2',
      'acme/on-events/welcome@1',
      'acme/syncs/things@2',
      'other/actions/greet@1',
    ]);
  }, 120_000);

  it('of one integration removes what only that one lost', async () => {
    await deploy({ 'acme/actions/greet': action('hello again') }, '--integration', 'acme');
    expect(await deployed()).toEqual(['acme/actions/greet@2', 'other/actions/greet@1']);
  }, 120_000);

  it('of the project removes what it lost, and brings what it got', async () => {
    await deploy({ 'acme/actions/greet': action('hello', '2026-05'), 'acme/syncs/things': sync('things') });
    expect(await deployed()).toEqual(['acme/actions/greet@2026-05', 'acme/syncs/things@1']);
  }, 120_000);

  it('asks before it removes syncs that connections have, and removes none unanswered', async () => {
    await project.setFunctions({ 'acme/actions/greet': action('hello', '2026-05') });
    const result = await runCli(stack, ['deploy', 'dev'], project.path, { CI: 'true' });
    expect(result.exitCode, result.output).not.toBe(0);
    expect(await deployed()).toEqual(['acme/actions/greet@2026-05', 'acme/syncs/things@1']);
  }, 120_000);

  it('goes on counting after a roll back', async () => {
    for (const word of ['one', 'two']) await deploy({ 'acme/actions/count': action(word) });
    const rollBack = await call('POST', '/integrations/acme/functions/count/rollback', { version: '1' });
    expect(rollBack).toEqual({ data: { name: 'count', type: 'action', version: '3', restored_from: '1' } });
    await expect.poll(() => says('acme', 'count')).toBe('one');
    expect(printed(await deploy({ 'acme/actions/count': action('four') }))).toEqual(['count@v4']);
    await expect.poll(() => says('acme', 'count')).toBe('four');
  }, 180_000);

  it('says what is wrong, and fails', async () => {
    await project.setFunctions({ 'nowhere/actions/greet': action('hello') });
    const result = await runCli(stack, ['deploy', 'dev', '--auto-confirm', '--allow-destructive'], project.path);
    expect(result.exitCode).not.toBe(0);
    expect(result.output).toContain('no integration nowhere');
  }, 120_000);
});

describe('nango pull', () => {
  it('writes the source that was deployed', async () => {
    await deploy({ 'acme/actions/greet': action('pulled') });
    await project.setFunctions({ 'acme/actions/greet': action('changed since') });
    const result = await runCli(stack, ['pull', 'acme', 'greet', '-e', 'dev', '--force', '--auto-confirm'], project.path);
    expect(result, result.output).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(project.path, 'acme/actions/greet.ts'), 'utf8')).toBe(action('pulled'));
  }, 120_000);
});

describe('nango deploy of new-style functions', () => {
  it('lists them beside the others, and removes what the project lost', async () => {
    const kinds = async () =>
      (await nango.listFunctions({ uniqueKey: 'acme' }, {})).data.map(({ name, type }) => `${type} ${name}`).toSorted();
    await deploy({ 'acme/functions/call': callable('one'), 'acme/functions/other': callable('two') });
    expect(await kinds()).toEqual(['action greet', 'function call', 'function other']);
    await deploy({ 'acme/functions/call': callable('changed') });
    expect(await kinds()).toEqual(['action greet', 'function call']);
  }, 120_000);
});
