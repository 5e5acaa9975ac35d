import { describe, expect, it } from 'vitest';
import { confirmDeploy } from '../deploys.dto.js';
import { codeOf, coversOnEvents, incomingFunctions, modeOf } from './deploy-request.js';

const fileBody = { js: 'js', ts: 'ts' };
const sync = { type: 'sync', syncName: 'contacts', providerConfigKey: 'crm', models: ['Contact'], runs: 'every hour', fileBody };
const body = (over: object = {}) => ({
  flowConfigs: [sync],
  reconcile: false,
  debug: false,
  sdkVersion: '0.71.10-zero',
  ...over,
});
const parsed = (over: object = {}) => confirmDeploy.parse(body(over));
const problems = (over: object) => confirmDeploy.safeParse(body(over)).error?.issues.map(({ path }) => path.join('.'));
const integrations = new Map([['crm', 5]]);

describe('the body of a deploy', () => {
  it.each([
    ['an unknown key', { extra: 1 }, ['']],
    ['an unknown key of a function', { flowConfigs: [{ ...sync, extra: 1 }] }, ['flowConfigs.0']],
    ['no runs', { flowConfigs: [{ ...sync, runs: undefined }] }, ['flowConfigs.0.runs']],
    ['a frequency under 30 seconds', { flowConfigs: [{ ...sync, runs: 'every 5s' }] }, ['flowConfigs.0.runs']],
    ['a bad name', { flowConfigs: [{ ...sync, syncName: 'a b' }] }, ['flowConfigs.0.syncName']],
    ['an empty model name', { flowConfigs: [{ ...sync, models: [''] }] }, ['flowConfigs.0.models.0']],
    ['another SDK', { sdkVersion: '0.71.10' }, ['sdkVersion']],
    [
      'an incremental sync that tracks deletes',
      { flowConfigs: [{ ...sync, sync_type: 'incremental', track_deletes: true }] },
      ['flowConfigs.0.track_deletes'],
    ],
    [
      'a model without schema',
      { flowConfigs: [{ ...sync, models_json_schema: { definitions: {} } }] },
      ['flowConfigs.0.models_json_schema'],
    ],
    [
      'an input without schema',
      { flowConfigs: [{ ...sync, models: [], input: 'In', models_json_schema: { definitions: {} } }] },
      ['flowConfigs.0.models_json_schema'],
    ],
    [
      'two methods in one endpoint',
      { flowConfigs: [{ ...sync, endpoints: [{ GET: '/a', POST: '/b' }] }] },
      ['flowConfigs.0.endpoints.0'],
    ],
  ])('with %s is refused', (_case, over, where) => expect(problems(over)).toEqual(where));

  it.each([[''], [null], ['every 5 minutes'], ['30s']])('may run %j', (runs) => {
    expect(problems({ flowConfigs: [{ ...sync, runs }] })).toBeUndefined();
  });
});

describe('modeOf', () => {
  it.each([
    [{}, 'all'],
    [{ singleDeployMode: true }, 'single'],
    [{ singleDeployMode: false }, 'all'],
    [{ deployMode: 'integration' }, 'integration'],
    [{ deployMode: 'single' }, 'single'],
  ])('%o is %s', (over, mode) => expect(modeOf(parsed(over))).toBe(mode));
});

describe('incomingFunctions', () => {
  it('fills in what the CLI leaves out', () => {
    expect(incomingFunctions(parsed(), integrations)).toMatchObject([
      {
        integrationId: 5,
        type: 'sync',
        name: 'contacts',
        version: '',
        definition: {
          runs: 'every hour',
          auto_start: false,
          sync_type: 'full',
          models: ['Contact'],
          json_schema: null,
          event: null,
        },
      },
    ]);
  });

  it('keeps of an action no fields of syncs', () => {
    const action = { ...sync, type: 'action', runs: null, auto_start: true, input: 'In', endpoints: [{ POST: '/contacts' }] };
    expect(incomingFunctions(parsed({ flowConfigs: [action] }), integrations)).toMatchObject([
      {
        type: 'action',
        definition: { runs: null, auto_start: false, input: 'In', endpoints: [{ method: 'POST', path: '/contacts' }] },
      },
    ]);
  });

  it('takes on-event functions in both forms', () => {
    const both = parsed({
      onEventScriptsByProvider: [
        { providerConfigKey: 'crm', scripts: [{ name: 'check', fileBody, event: 'validate-connection' }] },
      ],
      postConnectionScriptsByProvider: [
        { providerConfigKey: 'crm', scripts: [{ name: 'setup', fileBody: { js: 'j', ts: 't' } }] },
      ],
    });
    expect(incomingFunctions(both, integrations).slice(1)).toMatchObject([
      { type: 'on-event', name: 'check', definition: { event: 'validate-connection' } },
      { type: 'on-event', name: 'setup', definition: { event: 'post-connection-creation' } },
    ]);
    expect(codeOf(both)).toEqual(['js', 'ts', 'js', 'ts', 'j', 't']);
    expect([coversOnEvents(both), coversOnEvents(parsed())]).toEqual([true, false]);
  });

  it('takes the schema of the whole project from older CLIs, and misses models in it', () => {
    const jsonSchema = { $schema: 'http://json-schema.org/draft-07/schema#', $comment: '', definitions: { Contact: {} } };
    expect(incomingFunctions(parsed({ jsonSchema }), integrations)).toMatchObject([
      { definition: { json_schema: { definitions: { Contact: {} } } } },
    ]);
    const lacking = parsed({ jsonSchema: { ...jsonSchema, definitions: {} } });
    expect(() => incomingFunctions(lacking, integrations)).toThrow('does not define Contact');
  });

  it('knows no other integration', () => {
    expect(() => incomingFunctions(parsed(), new Map())).toThrow('no integration crm');
  });
});
