import { describe, expect, it } from 'vitest';
import { inputIssues, withDefaults } from './input-fields.js';

const paths = (field: object, value: unknown) => inputIssues({ f: field }, { f: value }, ['credentials']).map(({ path }) => path);
const required = (field: object, values: object) =>
  inputIssues({ f: field }, values as Record<string, unknown>, ['connection_config'], { requireMissing: true });

describe('inputIssues', () => {
  it.each([
    [{ pattern: '^sk_' }, 'sk_1', 'pk_1'],
    [{ enum: ['eu', 'us'] }, 'eu', 'ap'],
    [{ format: 'hostname' }, 'api.example.com', 'https://example.com'],
    [{ format: 'uri' }, 'https://example.com/a', 'example'],
    [{ format: 'uuid' }, '9b2f8c1e-5a4d-4f0a-8f6e-0c6f5b1a2d3e', '9b2f'],
    [{ format: 'email' }, 'a@b.co', 'a@b'],
  ])('checks %j', (field, good, bad) => {
    expect(paths(field, good)).toEqual([]);
    expect(paths(field, bad)).toEqual([['credentials', 'f']]);
  });

  it('leaves alone what is missing, empty, no text, hidden, automated or of an unknown format', () => {
    for (const value of [undefined, '', 7, { a: 1 }]) expect(paths({ pattern: '^x$' }, value)).toEqual([]);
    for (const field of [{ hidden: true }, { automated: true }]) expect(paths({ ...field, pattern: '^x$' }, 'y')).toEqual([]);
    expect(paths({ format: 'colour' }, 'y')).toEqual([]);
  });

  it('asks for what somebody has to fill in, where told to', () => {
    expect(required({}, {})).toEqual([{ code: 'invalid_type', message: 'is required', path: ['connection_config', 'f'] }]);
    expect(required({}, { f: '' })).toEqual([
      { code: 'too_small', message: 'must not be empty', path: ['connection_config', 'f'] },
    ]);
    expect(required({}, { f: 'x' })).toEqual([]);
    expect(required({ pattern: '^y$' }, { f: 'x' })).toHaveLength(1);
    for (const field of [{ optional: true }, { default_value: '' }, { hidden: true }, { automated: true }]) {
      for (const values of [{}, { f: '' }]) expect(required({ ...field, pattern: '^x$' }, values)).toEqual([]);
    }
  });

  it('does not take what every object has for a given value', () => {
    expect(inputIssues({ constructor: {} }, {}, [], { requireMissing: true })).toHaveLength(1);
  });
});

describe('withDefaults', () => {
  it('fills in what is not given, and nothing else', () => {
    const fields = { region: { default_value: 'eu' }, plan: { default_value: '' }, host: {} };
    expect(withDefaults(fields, { other: 1 })).toEqual({ other: 1, region: 'eu', plan: '' });
    expect(withDefaults(fields, { region: 'us', plan: 'pro' })).toEqual({ region: 'us', plan: 'pro' });
    expect(withDefaults(fields, { region: '' })).toMatchObject({ region: '' });
  });
});
