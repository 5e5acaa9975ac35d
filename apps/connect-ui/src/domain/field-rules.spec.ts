import { describe, expect, it } from 'vitest';
import type { InputField } from '../api/wire.js';
import { breachOf, tidy } from './field-rules.js';
import type { FormField } from './form-field.js';

const fieldOf = (input: Partial<InputField>, required = true): FormField => ({
  id: 'f0',
  name: 'x',
  target: 'params',
  title: 'X',
  description: undefined,
  input: { type: 'string', title: 'X', description: '', ...input },
  required,
  visible: true,
  multiline: false,
});

describe('an answer', () => {
  it('must be given where it is required', () => {
    expect(breachOf(fieldOf({}), '  ')).toBe('required');
    expect(breachOf(fieldOf({}, false), '')).toBeUndefined();
  });

  it.each([
    ['hostname', 'acme.example-1.com', 'https://acme.example.com'],
    ['uri', 'https://acme.example.com/x', 'acme.example.com'],
    ['uuid', '123e4567-e89b-12d3-a456-426614174000', '123e4567'],
    ['email', 'a.b@acme.example', 'acme.example'],
  ] as const)('of format %s', (format, good, bad) => {
    expect(breachOf(fieldOf({ format }), good)).toBeUndefined();
    expect(breachOf(fieldOf({ format }), bad)).toBe(format);
  });

  it('matches its pattern, whole only where that is anchored', () => {
    expect(breachOf(fieldOf({ pattern: 'abc' }), 'xxabcxx')).toBeUndefined();
    expect(breachOf(fieldOf({ pattern: '^abc$' }), 'xxabcxx')).toBe('pattern');
    expect(breachOf(fieldOf({ pattern: '^abc$' }, false), '')).toBeUndefined();
  });

  it('is not refused by a pattern that is none', () => {
    expect(breachOf(fieldOf({ pattern: '(' }), 'x')).toBeUndefined();
  });

  it('is one of the allowed values', () => {
    expect(breachOf(fieldOf({ enum: ['eu', 'us'] }), 'mars')).toBe('enum');
    expect(breachOf(fieldOf({ enum: ['eu', 'us'] }), 'eu')).toBeUndefined();
  });

  it('that is hidden is not judged', () => {
    expect(breachOf(fieldOf({ hidden: true, pattern: '^x$' }), '')).toBeUndefined();
  });

  it('is judged as it is sent', () => {
    expect(breachOf(fieldOf({ pattern: '^[a-z]+$', prefix: 'https://', suffix: '.acme.com' }), ' https://shop.acme.com ')).toBe(
      undefined,
    );
  });
});

describe('what is sent', () => {
  const address = { type: 'string', title: '', description: '', prefix: 'https://', suffix: '.acme.com' } as const;

  it('leaves out the parts that stand around the input', () => {
    expect(tidy('https://shop.acme.com', address)).toBe('shop');
    expect(tidy('shop', address)).toBe('shop');
  });

  it('keeps a secret as it was entered', () => {
    expect(tidy(' s3cret ', { ...address, secret: true })).toBe(' s3cret ');
  });
});
