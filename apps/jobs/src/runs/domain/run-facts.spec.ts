import { describe, expect, it } from 'vitest';
import { executeRequest, executionClaims } from '#libs/contracts';
import { claimsOf, executeRequestOf, type Prepared, type Run } from './execute-request.js';
import { loggerLevel } from './logger-level.js';

const ID = '019ab3c6-7f00-7000-8000-000000000001';
const run: Run = {
  executionId: ID,
  kind: 'action',
  environmentId: 1,
  functionId: 2,
  connectionRowId: 3,
  operationId: ID,
  input: null,
  wallMs: 60_000,
};
const prepared: Prepared = {
  function: { name: 'send', bundleHash: 'a'.repeat(64), models: ['Mail'], trackDeletes: false },
  environment: { accountId: 9, name: 'dev', loggerLevel: 'info' },
  lease: {
    connection: { connection_id: 'c-1' },
    provider: {},
    integration: { uniqueKey: 'mail', provider: 'mail', clientId: null, clientSecret: null, custom: {} },
  },
  bundleUrl: 'http://127.0.0.1/objects/code',
  memoryMb: 128,
  actionOutputBytes: 4_096,
};
const sync = {
  syncId: ID,
  syncRunId: 7,
  variant: 'eu',
  checkpointKey: 'sync:send:eu',
  lastSyncDate: new Date('2026-11-23T00:00:00Z'),
  emptyCache: true,
};

describe('a run', () => {
  it.each([
    ['action', 4_096],
    ['action-async', 4_096],
    ['sync', 2 * 1024 * 1024],
    ['on-event', 2 * 1024 * 1024],
  ] as const)('of kind %s may return so many bytes: %d', (kind, outputBytes) => {
    expect(executeRequestOf({ ...run, kind }, prepared, 'token').limits.outputBytes).toBe(outputBytes);
  });

  it('of a sync may end at a checkpoint before its time is up', () => {
    const timesOf = (kind: Run['kind']) => executeRequestOf({ ...run, kind }, prepared, 'token').limits;
    expect(timesOf('sync')).toMatchObject({ wallMs: 60_000, interruptAfterMs: 48_000, killAfterMs: 57_000 });
    expect(timesOf('action')).toEqual({ wallMs: 60_000, memoryMb: 128, outputBytes: 4_096 });
  });

  it('has checkpoints of its own kind', () => {
    const keyOf = (kind: Run['kind']) => executeRequestOf({ ...run, kind }, prepared, 'token').function.checkpointKey;
    expect([keyOf('action'), keyOf('action-async'), keyOf('on-event')]).toEqual(['action:send', 'action:send', 'on-event:send']);
  });

  it('carries a token that outlives it', () => {
    const claims = executionClaims.parse(claimsOf(run, prepared, 1_000));
    expect(claims).toMatchObject({ sub: ID, exp: 61 + 300, connectionId: 'c-1', providerConfigKey: 'mail', variant: 'base' });
    expect(claims).not.toHaveProperty('syncId');
  });

  it('of an action is a request the runner understands', () => {
    expect(executeRequest.parse(executeRequestOf(run, prepared, 'token')).function.checkpointKey).toBe('action:send');
  });

  it('of a sync says which generation it is and where it left off', () => {
    const request = executeRequest.parse(executeRequestOf({ ...run, kind: 'sync', sync }, prepared, 'token'));
    expect(request.function).toMatchObject({ variant: 'eu', checkpointKey: 'sync:send:eu' });
    expect(request.context).toMatchObject({
      syncId: ID,
      syncRunId: 7,
      lastSyncDate: '2026-11-23T00:00:00.000Z',
      emptyCache: true,
    });
    expect(claimsOf({ ...run, kind: 'sync', sync }, prepared, 0)).toMatchObject({ syncId: ID, syncRunId: 7, variant: 'eu' });
  });
});

it.each([
  [[], 'info'],
  [[{ name: 'NANGO_LOGGER_LEVEL', value: 'WARN' }], 'warn'],
  [[{ name: 'NANGO_LOGGER_LEVEL', value: 'loud' }], 'info'],
])('keeps messages as the environment says', (variables, level) => {
  expect(loggerLevel(variables)).toBe(level);
});
