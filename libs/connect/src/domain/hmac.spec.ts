import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { checkHmac } from './hmac.js';

const sign = (text: string) => createHmac('sha256', 'key').update(text).digest('hex');

it('accepts the signature of integration and connection id, or of the integration alone', () => {
  expect(() => checkHmac('key', 'crm', 'one', sign('crm:one'))).not.toThrow();
  expect(() => checkHmac('key', 'crm', undefined, sign('crm').toUpperCase())).not.toThrow();
});

it.each([
  [undefined, 'missing_hmac'],
  ['', 'missing_hmac'],
  ['short', 'invalid_hmac'],
  [sign('crm:two'), 'invalid_hmac'],
  [sign('crm'), 'invalid_hmac'],
])('refuses %j as %s', (given, code) => {
  expect(() => checkHmac('key', 'crm', 'one', given)).toThrow(expect.objectContaining({ code }));
});

it.each([null, undefined, ''])('refuses everybody where there is no key: %j', (key) => {
  const given = createHmac('sha256', '').update('crm:one').digest('hex');
  expect(() => checkHmac(key, 'crm', 'one', given)).toThrow(expect.objectContaining({ code: 'invalid_hmac' }));
});
