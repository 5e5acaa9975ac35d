import { describe, expect, it } from 'vitest';
import type { ExecuteRequest } from '#libs/contracts';
import { inputOf, runFacts, scriptNameOf } from './run-facts.js';

const requestOf = (more: Partial<ExecuteRequest>): ExecuteRequest => ({
  executionId: '019ab3c6-7f00-7000-8000-000000000001',
  kind: 'action',
  token: 'secret',
  bundle: { hash: 'a'.repeat(64), url: 'http://127.0.0.1/code' },
  function: { name: 'send', models: ['Mail'], variant: 'base', trackDeletes: true, checkpointKey: 'action:send' },
  context: { accountId: 1, environmentId: 2, environmentName: 'dev', connectionRowId: 3, operationId: 'op', loggerLevel: 'warn' },
  lease: {
    connection: { connection_id: 'c1', credentials: { apiKey: 'secret' } },
    provider: { proxy: { paginate: { type: 'link' } } },
    integration: { uniqueKey: 'mail', provider: 'mail-api', clientId: null, clientSecret: 'secret', custom: {} },
  },
  limits: { wallMs: 1, memoryMb: 1, outputBytes: 1 },
  ...more,
});

describe('what an isolate is told of its run', () => {
  it.each([
    ['action', 'action', false],
    ['action-async', 'action', false],
    ['on-event', 'on-event', false],
    ['sync', 'sync', true],
    ['webhook', 'webhook', true],
  ] as const)('is of the kind %s: %s', (kind, scriptType, isSync) => {
    const facts = runFacts(requestOf({ kind })) as { kind: string; properties: Record<string, unknown> };
    expect([facts.kind, facts.properties['scriptType'], 'track_deletes' in facts.properties]).toEqual([
      scriptType,
      scriptType,
      isSync,
    ]);
  });

  it('holds no secret', () => {
    expect(JSON.stringify(runFacts(requestOf({})))).not.toContain('secret');
  });

  it('is how the provider pages, where the catalogue says it', () => {
    expect(runFacts(requestOf({}))).toMatchObject({ paginate: { type: 'link' }, loggerLevel: 'warn' });
    expect(runFacts(requestOf({ lease: { ...requestOf({}).lease, provider: {} } }))).toMatchObject({ paginate: undefined });
  });
});

it('a script is named after its function and integration', () => {
  expect(scriptNameOf(requestOf({}))).toBe('send-mail.cjs');
});

it.each([
  ['action', null, '{}'],
  ['action', 0, '{}'],
  ['action', [1], '[1]'],
  ['webhook', undefined, 'null'],
  ['webhook', 0, '0'],
  ['webhook', { a: 1 }, '{"a":1}'],
] as const)('the input of kind %s for %j is %s', (kind, input, expected) => {
  expect(inputOf(requestOf({ kind, input }))).toBe(expected);
});
