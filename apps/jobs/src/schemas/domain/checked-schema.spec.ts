import { describe, expect, it } from 'vitest';
import { isChecked, schemaOf } from './checked-schema.js';

const definitionOf = (definitions: object, input: string | null = 'In', models: string[] = ['Out']) => ({
  json_schema: { definitions } as Record<string, unknown>,
  input,
  models,
});

describe('the schema of a side', () => {
  it('is its model, among the definitions it may refer to', () => {
    const definitions = { In: { type: 'object' }, Out: { type: 'null' } };
    const definition = definitionOf(definitions);
    expect(schemaOf(definition, 'input')).toEqual({ schema: { $ref: '#/definitions/In', definitions } });
    expect(schemaOf(definition, 'output')).toEqual({ schema: { $ref: '#/definitions/Out', definitions } });
  });

  it('lets an input leave out what has a default', () => {
    const nested = { type: 'object', properties: { c: { default: [] } }, required: ['c'] };
    const model = { type: 'object', properties: { a: { type: 'string', default: 'x' }, b: nested }, required: ['a', 'b'] };
    const definition = definitionOf({ In: model, Out: model });
    const inDefinitions = (side: 'input' | 'output') =>
      (schemaOf(definition, side) as { schema: { definitions: { In: unknown } } }).schema.definitions.In;
    expect(inDefinitions('input')).toEqual({
      ...model,
      properties: { ...model.properties, b: { ...nested, required: [] } },
      required: ['b'],
    });
    expect(inDefinitions('output')).toBe(model);
  });

  it('is none where the author declared none', () => {
    expect(schemaOf(definitionOf({}, null, []), 'input')).toBeUndefined();
    expect(schemaOf(definitionOf({}, null, []), 'output')).toBeUndefined();
    expect(schemaOf({ json_schema: null, input: 'In', models: [] }, 'input')).toBeUndefined();
  });

  it('is pointed at whatever its name', () => {
    expect(schemaOf(definitionOf({ 'a/b~c d': {} }, 'a/b~c d'), 'input')).toMatchObject({
      schema: { $ref: '#/definitions/a~1b~0c%20d' },
    });
  });

  it.each([
    ['lacks its model', { Other: {} }, 'no definition of In'],
    ['fetches', { In: { properties: { a: { $ref: 'https://example.com/schema' } } } }, 'https://example.com/schema'],
    ['reads a file', { In: { $ref: 'file:///etc/passwd' } }, 'file:///etc/passwd'],
    ['names itself', { In: { $id: 'https://example.com/in' } }, '$id'],
    ['is asynchronous', { In: { $async: true } }, '$async'],
    ['is too long', { In: { description: 'x'.repeat(600_000) } }, 'longer than'],
  ])('cannot be used where it %s', (_what, definitions, text) => {
    expect(schemaOf(definitionOf(definitions), 'input')).toMatchObject({ problem: expect.stringContaining(text) });
  });

  it('cannot be used where it is nested too deep', () => {
    let schema: object = { type: 'string' };
    for (let depth = 0; depth < 200; depth += 1) schema = { items: schema };
    expect(schemaOf(definitionOf({ In: schema }), 'input')).toMatchObject({ problem: expect.stringContaining('nested') });
  });

  it('may have fields that are called like keywords', () => {
    const definitions = { In: { type: 'object', properties: { $ref: { type: 'string' }, $id: { type: 'string' }, id: {} } } };
    expect(schemaOf(definitionOf(definitions), 'input')).toHaveProperty('schema');
  });
});

it.each([
  ['off', false, false],
  ['input', true, false],
  ['output', false, true],
  ['both', true, true],
] as const)('%s checks what it says', (checks, input, output) => {
  expect([isChecked(checks, 'input'), isChecked(checks, 'output')]).toEqual([input, output]);
});
