import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { tbaHeader, tbaRealm } from './tba.js';

describe('the realm of an account', () => {
  it.each([
    ['1234567', '1234567'],
    ['1234567-sb1', '1234567_SB1'],
    ['td-12-3', 'TD_12-3'],
    ['1234567_SB1', '1234567_SB1'],
  ])('%s is %s', (account, realm) => expect(tbaRealm(account)).toBe(realm));
});

it('token-based authentication signs with HMAC-SHA256 over method, address, query and protocol parameters', () => {
  const header = tbaHeader({
    method: 'GET',
    url: 'https://123-sb1.suitetalk.api.netsuite.com/services/rest/record/v1/customer?q=a%20b&limit=2',
    accountId: '123-sb1',
    consumer: { key: 'ck', secret: 'cs&' },
    token: { key: 'tk', secret: 'ts' },
    nonce: 'n0nce',
    timestamp: 1700000000,
  });
  const params =
    'limit=2&oauth_consumer_key=ck&oauth_nonce=n0nce&oauth_signature_method=HMAC-SHA256&oauth_timestamp=1700000000' +
    '&oauth_token=tk&oauth_version=1.0&q=a%20b';
  const address = 'https://123-sb1.suitetalk.api.netsuite.com/services/rest/record/v1/customer';
  const signature = createHmac('sha256', 'cs%26&ts')
    .update(`GET&${encodeURIComponent(address)}&${encodeURIComponent(params)}`)
    .digest('base64');
  expect(header).toBe(
    'OAuth realm="123_SB1", oauth_consumer_key="ck", oauth_nonce="n0nce", ' +
      `oauth_signature="${encodeURIComponent(signature)}", oauth_signature_method="HMAC-SHA256", ` +
      'oauth_timestamp="1700000000", oauth_token="tk", oauth_version="1.0"',
  );
});
