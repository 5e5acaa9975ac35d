import { describe, expect, it } from 'vitest';
import { inputIssues } from './input-fields.js';

const paths = (field: object, value: unknown) => inputIssues({ f: field }, { f: value }, ['credentials']).map(({ path }) => path);

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
});
