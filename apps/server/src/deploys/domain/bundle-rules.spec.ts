import { expect, it } from 'vitest';
import { problemsOf, repeatedNames } from './bundle-rules.js';

const artifact = {
  trigger: { kind: 'none' },
  requires: {},
  capabilities: { usesRecords: false, usesOutbound: true, usesCheckpoints: false, usesMetadata: false, usesInvoke: false },
  input_schema_ref: '#/definitions/In',
  output_schema_ref: null,
  metadata_schema_ref: null,
  checkpoint_schema_ref: null,
  model_schema_refs: [] as string[],
  json_schema: { definitions: { In: {} } },
};
const paths = (over: Partial<typeof artifact> | object) => problemsOf({ ...artifact, ...over }).map(({ path }) => path.join('.'));
const can = (over: object) => ({ capabilities: { ...artifact.capabilities, ...over } });

it.each<[string, object, string[]]>([
  ['everything right', {}, []],
  ['outbound calls that are not used', { requires: { outbound: false }, ...can({ usesOutbound: false }) }, []],
  ['records', { model_schema_refs: ['#/definitions/In'], ...can({ usesRecords: true }) }, []],
  [
    'a model that is not defined',
    { model_schema_refs: ['#/definitions/No'], ...can({ usesRecords: true }) },
    ['model_schema_refs.0'],
  ],
  ['an input that is not defined', { input_schema_ref: '#/definitions/No' }, ['input_schema_ref']],
  ['no definitions at all', { json_schema: {} }, ['input_schema_ref']],
  ['records without models', can({ usesRecords: true }), ['capabilities.usesRecords']],
  ['no outbound calls, without saying so', can({ usesOutbound: false }), ['capabilities.usesOutbound']],
  ['checkpoints without a schema', can({ usesCheckpoints: true }), ['capabilities.usesCheckpoints']],
  ['a metadata schema without use', { metadata_schema_ref: '#/definitions/In' }, ['capabilities.usesMetadata']],
  ['a schedule', { trigger: { kind: 'schedule' } }, ['trigger.kind']],
  ['no connection', { requires: { connection: false }, ...can({ usesOutbound: false }) }, ['requires.connection']],
  ['calls of other functions', { requires: { invoke: true }, ...can({ usesInvoke: true }) }, ['requires.invoke']],
])('%s', (_case, over, expected) => {
  expect(paths(over)).toEqual(expected);
});

it('finds names that one integration has twice', () => {
  const functions = [
    { integrationId: 'a', name: 'x' },
    { integrationId: 'b', name: 'x' },
    { integrationId: 'a', name: 'x' },
  ];
  expect(repeatedNames(functions)).toEqual([2]);
});
