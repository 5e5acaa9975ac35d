import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { failureOf, outputOf, type RunOptions, startTestRunner, type TestRunner } from './test-runner.js';

/** What each kind of run calls, with what it takes, and the object it gets (spec/functions.md §1.2 to §1.4, §2.0). */
let runner: TestRunner<Upstream>;

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
});
afterAll(() => runner.close());

const output = async (exec: string, options?: RunOptions) => outputOf(await runner.run(exec, options));

const RECORDS =
  'batchSave batchSend batchUpdate batchDelete getRecordsByIds listRecords setMergingStrategy trackDeletesStart trackDeletesEnd deleteRecordsFromPreviousExecutions'.split(
    ' ',
  );
const EVERYWHERE =
  `get post put patch delete proxy paginate uncontrolledFetch getConnection getToken getMetadata setMetadata updateMetadata getIntegration
   getWebhookURL getEnvironmentVariables getFieldMapping setFieldMapping triggerAction triggerSync startSync getCheckpoint saveCheckpoint
   clearCheckpoint tryAcquireLock releaseLock releaseAllLocks log setLogger zodValidateInput ActionError`.split(/\s+/);
const PROPERTIES = {
  connectionId: 'c1',
  providerConfigKey: 'crm',
  provider: 'crm',
  environmentId: 2,
  environmentName: 'dev',
  accountId: 1,
  activityLogId: 'op',
  nangoConnectionId: 3,
  runnerFlags: {},
  isCLI: false,
  logger: { level: 'debug' },
};
const shown = `Object.fromEntries(Object.keys(nango).filter((key) => typeof nango[key] !== 'function').map((key) => [key, nango[key]]))`;
const methods = `Object.keys(nango).filter((key) => typeof nango[key] === 'function').sort()`;
const sync = { sync_name: 'subject', models: ['Contact'], track_deletes: false, active: true, enabled: true };

describe('the object of', () => {
  it.each(['action', 'action-async'] as const)('an %s has no records', async (kind) => {
    expect(await output(`return ${methods}`, { kind })).toEqual(EVERYWHERE.toSorted());
    const expected = { ...PROPERTIES, scriptType: 'action', syncConfig: { ...sync, type: 'action' } };
    expect(await output(`return ${shown}`, { kind })).toEqual(expected);
  });

  it('an on-event function is that of an action', async () => {
    const exec = `await nango.get({ endpoint: '/told', params: { methods: JSON.stringify(${methods}), shown: JSON.stringify(${shown}), input: String(input) } })`;
    runner.world.on('GET', '/told', () => ({}));
    await output(exec, { kind: 'on-event', input: { ignored: true } });
    const { query } = runner.requestsTo('/told').at(-1) as Upstream['requests'][number];
    expect(JSON.parse(query['methods'] ?? '')).toEqual(EVERYWHERE.toSorted());
    const expected = { ...PROPERTIES, scriptType: 'on-event', syncConfig: { ...sync, type: 'on-event' } };
    expect([JSON.parse(query['shown'] ?? ''), query['input']]).toEqual([expected, 'undefined']);
  });

  it.each(['sync', 'webhook'] as const)('a %s has all', async (kind) => {
    const syncId = '019ab3c6-7f00-7000-8000-000000000001';
    const context = { syncId, syncRunId: 7, lastSyncDate: '2026-11-23T10:00:00.000Z', emptyCache: false };
    const options = { kind, context, function: { variant: 'eu' } };
    expect(await output(`return ${methods}`, options)).toEqual([...EVERYWHERE, ...RECORDS].toSorted());
    expect(await output(`return [${shown}, nango.lastSyncDate instanceof Date]`, options)).toEqual([
      {
        ...PROPERTIES,
        scriptType: kind,
        syncId,
        syncJobId: 7,
        variant: 'eu',
        track_deletes: false,
        emptyCache: false,
        lastSyncDate: '2026-11-23T10:00:00.000Z',
        syncConfig: { ...sync, type: 'sync' },
      },
      true,
    ]);
  });

  it('a first run has no lastSyncDate', async () => {
    expect(await output(`return [nango.lastSyncDate === undefined, nango.variant]`, { kind: 'sync' })).toEqual([true, 'base']);
  });
});

describe('a webhook', () => {
  it.each([{ event: 'created' }, [1, 2], 'text', 0, false, null])('is handed its body itself: %j', async (input) => {
    expect(await output('return { given: input }', { kind: 'webhook', input })).toEqual({ given: input });
  });

  it('calls onWebhook as part of its definition, and not exec', async () => {
    const code = `exports.default = { type: 'sync', who: 'own', exec() { throw new Error('exec') }, onWebhook(nango, body) { return this.who + body.x } }`;
    expect(await output('', { kind: 'webhook', code, input: { x: 1 } })).toBe('own1');
  });

  it('calls onWebhookPayloadReceived of an old deployment', async () => {
    const code = `exports.default = async () => 'exec'; exports.onWebhookPayloadReceived = async (nango, body) => [nango.scriptType, body]`;
    expect(await output('', { kind: 'webhook', code, input: { a: 1 } })).toEqual(['webhook', { a: 1 }]);
  });

  it('for a sync without a handler says so', async () => {
    const error = failureOf(await runner.run('', { kind: 'webhook', code: `exports.default = { exec: async () => 1 }` }));
    expect(error.payload).toMatchObject({ message: 'the sync has no onWebhook: add one to its createSync definition' });
  });

  it('does not delete what it did not see', async () => {
    const outcome = await runner.run('', { kind: 'webhook', function: { trackDeletes: true } });
    expect([outcome.status, runner.requestsTo('/records/Contact/outdated')]).toEqual(['succeeded', []]);
  });
});

describe('a function of an old deployment', () => {
  it.each([
    [{}, 'undefined'],
    [undefined, 'undefined'],
    [{ a: 1 }, '{"a":1}'],
    [[], '[]'],
  ])('with the input %j gets %s', async (input, expected) => {
    const code = `exports.default = async (nango, input) => JSON.stringify(input) ?? 'undefined'`;
    expect(await output('', { code, input })).toBe(expected);
  });
});

it('a bundle without a function is refused by name', async () => {
  const error = failureOf(await runner.run('', { code: 'exports.default = { type: "action" }' }));
  expect(error).toMatchObject({ code: 'script_internal_error', payload: { message: expect.stringContaining('has no exec') } });
});

it.each([
  ['action', 'action_script_failure', 'action'],
  ['action-async', 'action_script_failure', 'action'],
  ['sync', 'sync_script_failure', 'sync'],
  ['webhook', 'webhook_script_failure', 'webhook'],
  ['on-event', 'on_event_script_failure', 'on-event'],
] as const)('a run of kind %s that cannot begin is a %s', async (kind, code, script) => {
  const text = `the code stored as ${'b'.repeat(64)} has other content`;
  expect(failureOf(await runner.run('', { kind, hash: 'b'.repeat(64) }))).toEqual({
    code,
    status: 500,
    message: `The ${script} script failed with an error: ${text}`,
    payload: { error: text },
  });
});
