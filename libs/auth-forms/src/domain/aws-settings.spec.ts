import { describe, expect, it } from 'vitest';
import { awsPlace, stsSettings } from './aws-settings.js';

const FIELD = { type: 'string', title: 't', description: 'd' } as const;
const DECLARED = { integration_config: { stsMode: { ...FIELD, default_value: 'builtin' } } };
const CUSTOM = { stsMode: 'custom', stsEndpointUrl: 'https://sts.example.com/assume', stsApiKey: 'k' };

describe('where AWS is called', () => {
  it('is what was given, else the default of the integration', () => {
    const settings = { service: 's3', defaultRegion: 'eu-west-1' };
    expect(awsPlace({}, settings, undefined)).toEqual({ service: 's3', region: 'eu-west-1' });
    expect(awsPlace({}, settings, 'us-east-1').region).toBe('us-east-1');
  });

  it.each([
    ['missing_aws_sigv4_service', {}, 'eu-west-1'],
    ['missing_aws_sigv4_region', { service: 's3' }, undefined],
    ['invalid_aws_sigv4_config', { service: 's3' }, 'evil.example.com/'],
    ['invalid_aws_sigv4_config', { service: 's3', defaultRegion: 'EU' }, undefined],
  ])('%s', (code, settings, region) => {
    expect(() => awsPlace({}, settings, region)).toThrow(expect.objectContaining({ code }));
  });
});

describe('where temporary keys come from', () => {
  it('is AWS itself with a key of the integration', () => {
    const keys = { awsAccessKeyId: 'AKIA', awsSecretAccessKey: 's' };
    const builtin = { kind: 'builtin', keys: { accessKeyId: 'AKIA', secretAccessKey: 's' } };
    expect(stsSettings({}, { ...keys, stsMode: 'builtin' })).toEqual(builtin);
    expect(stsSettings(DECLARED, keys)).toEqual(builtin);
  });

  it('is an endpoint, which is shown a key or a password', () => {
    const url = CUSTOM.stsEndpointUrl;
    expect(stsSettings({}, CUSTOM)).toEqual({ kind: 'custom', url, headers: { 'x-api-key': 'k' } });
    expect(stsSettings({}, { ...CUSTOM, stsMode: 'other', stsAuthHeader: 'X-Own' })).toMatchObject({ headers: { 'x-own': 'k' } });
    expect(stsSettings({}, { ...CUSTOM, stsAuthType: 'basic', stsUsername: 'u', stsPassword: 'p' })).toMatchObject({
      headers: { authorization: 'Basic dTpw' },
    });
  });

  it.each([
    ['missing_aws_sigv4_builtin_credentials', { stsMode: 'builtin', awsAccessKeyId: 'AKIA' }],
    ['missing_aws_sigv4_sts_endpoint', {}],
    ['invalid_aws_sigv4_config', { ...CUSTOM, stsEndpointUrl: 'http://sts.example.com' }],
    ['invalid_aws_sigv4_config', { ...CUSTOM, stsEndpointUrl: 'sts' }],
    ['invalid_aws_sigv4_config', { stsEndpointUrl: 'https://a' }],
    ['invalid_aws_sigv4_config', { ...CUSTOM, stsAuthHeader: 'a: b' }],
    ['invalid_aws_sigv4_config', { ...CUSTOM, stsAuthType: 'basic' }],
  ])('%s: %j', (code, settings) => {
    expect(() => stsSettings({}, settings)).toThrow(expect.objectContaining({ code }));
  });
});
