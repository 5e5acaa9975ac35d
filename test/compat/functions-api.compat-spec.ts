import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startStack, type Stack } from '#libs/testing';
import { runCli } from './cli.js';

/** The same source, deployed by the published CLI and sent as source: the same function results. */
const NAME = 'fail-on-purpose';
const source = readFileSync(new URL(`project/acme/actions/${NAME}.ts`, import.meta.url), 'utf8');
let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
  for (const unique_key of ['acme', 'other']) await call('POST', '/integrations', { provider: 'private-api-bearer', unique_key });
}, 120_000);
afterAll(() => stack.stop());

async function call<Body>(method: string, path: string, body?: object): Promise<Body> {
  const response = await fetch(`${stack.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${stack.secretKey}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await response.json()) as Body;
}

interface Deployed {
  readonly data: Readonly<Record<string, unknown>>;
}

/** What must be the same wherever a function came from. */
async function definitionOf(integration: string): Promise<unknown> {
  const { data } = await call<Deployed>('GET', `/integrations/${integration}/functions/${NAME}`);
  const { id: _id, last_deployed: _at, source: _source, ...rest } = data;
  return JSON.parse(JSON.stringify(rest).replaceAll(`_${integration}_`, '_integration_'));
}

it('gives the row that the CLI gives', async () => {
  const { exitCode, output } = await runCli(stack, ['deploy', 'dev', '--auto-confirm', '--allow-destructive']);
  expect(exitCode, output).toBe(0);
  const { id } = await call<{ id: string }>('POST', '/functions/deployments', {
    type: 'function',
    integration_id: 'other',
    function_name: NAME,
    function_type: 'action',
    code: source,
  });
  await expect
    .poll(() => call('GET', `/functions/deployments/${id}`), { timeout: 60_000, interval: 200 })
    .toMatchObject({ status: 'success' });
  expect(await definitionOf('other')).toEqual(await definitionOf('acme'));
  expect(await call('GET', `/integrations/other/functions/${NAME}/code`)).toEqual({ type: 'action', code: source });
});

it('leaves a function of a project alone', async () => {
  const refused = await call('POST', '/functions/deployments', {
    type: 'function',
    integration_id: 'acme',
    function_name: NAME,
    function_type: 'action',
    code: source,
  });
  expect(refused).toMatchObject({ error: { code: 'invalid_request' } });
});
