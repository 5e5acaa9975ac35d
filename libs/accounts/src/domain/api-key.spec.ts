import { describe, expect, it } from 'vitest';
import { hashApiKey, readBearer, toApiKey } from './api-key.js';

const KEY = '4c46840b-6ef0-4d1c-8b52-f9ed1a9ac0b2';

const readApiKey = (header: string | undefined): string => toApiKey(readBearer(header));

describe('the API key of a header', () => {
  it.each([
    ['Bearer with a key', `Bearer ${KEY}`],
    ['a bare key', KEY],
    ['the last of several Bearer words', `Bearer Bearer ${KEY}`],
    ['upper case', `Bearer ${KEY.toUpperCase()}`],
  ])('is read: %s', (_what, header) => {
    expect(readApiKey(header)).toBe(KEY);
  });

  it.each([
    [undefined, 'missing_auth_header'],
    ['', 'malformed_auth_header'],
    ['Bearer ', 'malformed_auth_header'],
    ['Bearer', 'malformed_auth_header'],
    ['Bearer nope', 'invalid_secret_key_format'],
    ['Bearer 00000000-0000-1000-8000-000000000000', 'invalid_secret_key_format'],
  ])('is refused: %j as %s', (header, code) => {
    expect(() => readApiKey(header)).toThrow(expect.objectContaining({ code }));
  });
});

it('hashes equal keys alike and others apart', () => {
  expect(hashApiKey(KEY)).toBe(hashApiKey(KEY));
  expect(hashApiKey(KEY)).not.toBe(hashApiKey(KEY.replace('4c', '4d')));
});
