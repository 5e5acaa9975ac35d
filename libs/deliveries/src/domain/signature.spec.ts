import { expect, it } from 'vitest';
import { bodyOf, headersFor } from './signature.js';

it('sorts keys at every depth, and is compact', () => {
  expect(bodyOf({ b: [{ z: 1, a: null }], a: 'x', gone: undefined })).toBe('{"a":"x","b":[{"a":null,"z":1}]}');
});

it('is the same for a body that was parsed and written again', () => {
  const body = bodyOf({ type: 'sync', from: 'nango', responseResults: { updated: 1, added: 2, deleted: 0 } });
  expect(JSON.stringify(JSON.parse(body))).toBe(body);
});

it('signs with both digests', () => {
  expect(headersFor('{"a":1}', 'key')).toMatchObject({
    'content-type': 'application/json',
    'user-agent': expect.stringMatching(/^nango\/\S+ \(\S+; node\.js\/\d+\.\d+\.\d+\)$/),
    'x-nango-signature': '57b7c68d056bb9ddc82649620ebd966a6aee407bb954ed633894be7de9a24544',
    'x-nango-hmac-sha256': '88a67f24bbcdaed0e6c997404bb79a743baf44c6bab2f4c27328e3009d22e342',
  });
});
