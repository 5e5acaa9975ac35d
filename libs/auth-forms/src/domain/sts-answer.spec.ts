import { describe, expect, it } from 'vitest';
import { stsFailure, temporaryKeys } from './sts-answer.js';
import { parsedXml } from './xml.js';

const NOW = new Date('2026-11-26T10:00:00.000Z');
const END = '2026-11-26T10:30:00.000Z';
const KEYS = { access_key_id: 'ASIA1', secret_access_key: 's', session_token: 't', expires_at: END };

/** As in the reference of AssumeRole. */
const ASSUMED = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
  <AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId></AssumedRoleUser>
  <Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
  <Expiration>${END}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

describe('temporary keys', () => {
  it.each([
    ['AWS’s XML', parsedXml(ASSUMED)],
    ['snake_case', { access_key_id: 'ASIA1', secret_access_key: 's', session_token: 't', expiration: END }],
    ['camelCase, nested', { credentials: { accessKeyId: 'ASIA1', secretAccessKey: 's', sessionToken: 't', expiresAt: END } }],
    ['AWS’s CLI', { Credentials: { AccessKeyId: 'ASIA1', SecretAccessKey: 's', SessionToken: 't', Expiration: END } }],
    ['seconds', { accessKeyId: 'ASIA1', secretAccessKey: 's', sessionToken: 't', expiration: Date.parse(END) / 1000 }],
  ])('are read from %s', (_what, answer) => {
    expect(temporaryKeys(answer, NOW)).toEqual(KEYS);
  });

  it('last an hour where nothing is said', () => {
    const { expires_at: _end, ...keys } = KEYS;
    expect(temporaryKeys(keys, NOW)?.expires_at).toBe('2026-11-26T11:00:00.000Z');
  });

  it.each([[{}], ['text'], [{ accessKeyId: 'ASIA1', secretAccessKey: 's' }], [{ credentials: null }]])(
    'are not in %j',
    (answer) => {
      expect(temporaryKeys(answer, NOW)).toBeUndefined();
    },
  );
});

describe('a refusal of AWS', () => {
  it('is told by code and sentence', () => {
    const xml =
      '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not you</Message></Error></ErrorResponse>';
    expect(stsFailure({ status: 403 }, parsedXml(xml))).toEqual({
      status: 403,
      code: 'AccessDenied',
      description: 'Not you',
      permanent: false,
    });
    expect(stsFailure({ status: 200 }, parsedXml(ASSUMED))).toBeUndefined();
  });
});
