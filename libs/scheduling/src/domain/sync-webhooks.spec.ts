import { describe, expect, it } from 'vitest';
import { failureWebhooks, type RunFacts, successWebhooks } from './sync-webhooks.js';

const facts: RunFacts = {
  connectionId: 'c-1',
  providerConfigKey: 'crm',
  syncName: 'contacts',
  variant: 'base',
  type: 'FULL',
  models: ['Contact', 'Company'],
  startedAt: new Date('2026-01-05T10:00:00Z'),
  lastSyncDate: new Date('2026-01-04T10:00:00Z'),
};
const base = {
  from: 'nango',
  type: 'sync',
  connectionId: 'c-1',
  providerConfigKey: 'crm',
  syncName: 'contacts',
  syncVariant: 'base',
};
const always = { on_sync_completion_always: true, on_sync_error: true };
const changes = { added: 3, updated: 1, deleted: 0 };
const none = { added: 0, updated: 0, deleted: 0 };
const at = '2026-01-05T10:00:00.000Z';

describe('a run that succeeds', () => {
  it('is told once per model', () => {
    expect(successWebhooks(facts, { Contact: changes }, always)).toEqual([
      {
        ...base,
        model: 'Contact',
        syncType: 'INITIAL',
        success: true,
        responseResults: changes,
        modifiedAfter: at,
        queryTimeStamp: at,
      },
      {
        ...base,
        model: 'Company',
        syncType: 'INITIAL',
        success: true,
        responseResults: none,
        modifiedAfter: at,
        queryTimeStamp: at,
      },
    ]);
  });
  it('is told of changed models only, where the environment wants that', () => {
    const told = successWebhooks(
      facts,
      { Contact: none, Company: { ...none, deleted: 1 } },
      { ...always, on_sync_completion_always: false },
    );
    expect(told).toMatchObject([{ model: 'Company' }]);
  });
  it('says that it was incremental, and how far its checkpoint moved', () => {
    const checkpoints = { from: null, to: { page: 2 } };
    const [told] = successWebhooks({ ...facts, type: 'INCREMENTAL', checkpoints }, {}, always);
    expect(told).toMatchObject({ syncType: 'INCREMENTAL', checkpoints });
  });
});

describe('a run that fails', () => {
  const now = new Date('2026-01-05T10:01:00Z');
  const error = { code: 'script_http_error', status: 424, message: 'upstream said 500', payload: { a: 1 }, upstream: {} };

  it('is told once, naming all models', () => {
    expect(failureWebhooks(facts, error, always, now)).toEqual([
      {
        ...base,
        model: 'Contact,Company',
        syncType: 'INITIAL',
        success: false,
        error: { type: 'script_error', description: 'upstream said 500', payload: { a: 1 } },
        startedAt: '2026-01-04T10:00:00.000Z',
        failedAt: '2026-01-05T10:01:00.000Z',
      },
    ]);
  });
  it('starts now where there was no successful run, and is described by its code where there is no message', () => {
    const [told] = failureWebhooks(
      { ...facts, lastSyncDate: null },
      { code: 'script_aborted', status: 410, additional_properties: 1 },
      always,
      now,
    );
    expect(told).toMatchObject({
      startedAt: now.toISOString(),
      error: { description: 'script_aborted', additional_properties: 1 },
    });
  });
  it('is not told where the environment does not want to hear', () => {
    expect(failureWebhooks(facts, error, { ...always, on_sync_error: false }, now)).toEqual([]);
  });
});
