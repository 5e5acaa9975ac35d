import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { signAws } from '#libs/signing';
import { startUpstream, subjectOf, type Upstream } from '#libs/testing';
import { mintedModes } from './minted-modes.js';
import { errorOf, type Reply, ReroutedHttp } from './test-minted.js';

const server = await startUpstream();
const http = new ReroutedHttp(({ host, pathname }) => `${server.url}/${host}${pathname}`);
const mode = mintedModes(http).AWS_SIGV4;
afterAll(async () => {
  await http.close();
  await server.close();
});

const STS = '/sts.eu-west-1.amazonaws.com/';
const END = '2099-01-01T00:00:00.000Z';
const ROLE = 'arn:aws:iam::123456789012:role/fairlead';
const EXTERNAL_ID = '3f0c9b1e-8a9d-4c55-9d36-0a3b6f1f6a01';
const KEYS = { access_key_id: 'ASIATEMP', secret_access_key: 'temporary-secret', session_token: 'temporary-session' };
const BUILTIN = {
  service: 's3',
  stsMode: 'builtin',
  awsAccessKeyId: 'AKIAOWN',
  awsSecretAccessKey: 'own-secret',
  defaultRegion: 'eu-west-1',
};
const CUSTOM = {
  service: 'execute-api',
  stsEndpointUrl: 'https://sts.example.com/assume',
  stsApiKey: 'endpoint-key',
  defaultRegion: 'eu-west-1',
};

const assumed = (id = KEYS.access_key_id) =>
  `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
  <AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${KEYS.secret_access_key}</SecretAccessKey>
  <SessionToken>${KEYS.session_token}</SessionToken><Expiration>${END}</Expiration>
  </Credentials></AssumeRoleResult></AssumeRoleResponse>`;
const denied = (code: string, message: string): Reply => ({
  status: 403,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});

let assuming: () => Reply;
let identity: () => Reply;
beforeEach(() => {
  assuming = () => ({ body: assumed() });
  identity = () => ({ body: '<GetCallerIdentityResponse/>' });
  server.on('POST', STS, ({ text }) => (text.includes('Action=AssumeRole&') ? assuming() : identity()));
  server.on('POST', '/sts.example.com/assume', () => assuming());
});

const subject = (custom: Record<string, string> = BUILTIN, config: object = {}) =>
  subjectOf({ auth_mode: 'AWS_SIGV4' }, { ...config }, { credentials: null, custom });

/** Whether a request was signed with this key, by signing it again at the time it names. */
async function isSignedBy(request: Upstream['requests'][number], keys: { id: string; secret: string; token?: string }) {
  const stamp = String(request.headers['x-amz-date']);
  const time = stamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const again = await signAws({
    method: 'POST',
    url: 'https://sts.eu-west-1.amazonaws.com/',
    headers: { 'content-type': String(request.headers['content-type']) },
    body: request.text,
    credentials: { accessKeyId: keys.id, secretAccessKey: keys.secret, sessionToken: keys.token },
    region: 'eu-west-1',
    service: 'sts',
    now: new Date(time),
  });
  return again['authorization'] === request.headers['authorization'];
}

describe('a role at AWS', () => {
  it('is taken with the key of the integration, and tried', async () => {
    const { credentials, connectionConfig } = await mode.mint(subject(), { role_arn: ROLE });
    const { external_id: externalId } = credentials;
    expect(credentials).toMatchObject({
      type: 'AWS_SIGV4',
      role_arn: ROLE,
      region: 'eu-west-1',
      service: 's3',
      ...KEYS,
      expires_at: END,
    });
    expect(externalId).toMatch(/^[0-9a-f-]{36}$/);
    expect(connectionConfig).toEqual({ external_id: externalId, region: 'eu-west-1', service: 's3' });
    const [call, trial] = server.requests.slice(-2);
    expect(Object.fromEntries(new URLSearchParams(call!.text))).toEqual({
      Action: 'AssumeRole',
      RoleArn: ROLE,
      RoleSessionName: expect.stringMatching(/^nango-[0-9a-f]{16}$/) as string,
      ExternalId: externalId,
      DurationSeconds: '3600',
      Version: '2011-06-15',
    });
    expect(await isSignedBy(call!, { id: 'AKIAOWN', secret: 'own-secret' })).toBe(true);
    expect(new URLSearchParams(trial!.text).get('Action')).toBe('GetCallerIdentity');
    const temporary = { id: KEYS.access_key_id, secret: KEYS.secret_access_key, token: KEYS.session_token };
    expect(await isSignedBy(trial!, temporary)).toBe(true);
  });

  it('keeps its external id and region; an id that is no UUID is replaced', async () => {
    const given = { role_arn: ROLE, external_id: EXTERNAL_ID };
    expect((await mode.mint(subject(), given)).credentials['external_id']).toBe(EXTERNAL_ID);
    const pinned = await mode.mint(
      subject({ ...BUILTIN, defaultRegion: 'us-east-1' }, { external_id: EXTERNAL_ID, region: 'eu-west-1' }),
      { role_arn: ROLE },
    );
    expect(pinned.connectionConfig).toMatchObject({ external_id: EXTERNAL_ID, region: 'eu-west-1' });
    expect((await mode.mint(subject(), { ...given, external_id: 'mine' })).credentials['external_id']).not.toBe('mine');
  });

  it('is taken again before its keys end, as the same', async () => {
    const { credentials } = await mode.mint(subject(), { role_arn: ROLE });
    assuming = () => ({ body: assumed('ASIANEXT') });
    const calls = server.requests.length;
    const renewed = await mode.refresh(subject(), credentials);
    expect(renewed?.credentials).toMatchObject({
      role_arn: ROLE,
      external_id: credentials['external_id'],
      access_key_id: 'ASIANEXT',
    });
    expect(server.requests.length - calls).toBe(1);
  });

  it('is not taken where AWS says no', async () => {
    assuming = () => denied('AccessDenied', 'is not authorized to perform: sts:AssumeRole, own-secret');
    expect(await errorOf(mode.mint(subject(), { role_arn: ROLE }))).toMatchObject({
      code: 'aws_sigv4_sts_request_failed',
      status: 502,
      message: 'No temporary credentials for AWS: AccessDenied: is not authorized to perform: sts:AssumeRole, [redacted]',
      payload: { status: 403, code: 'AccessDenied' },
    });
    const old = { type: 'AWS_SIGV4', role_arn: ROLE, region: 'eu-west-1', external_id: EXTERNAL_ID };
    expect(await errorOf(mode.refresh(subject(), old))).toMatchObject({
      code: 'refresh_token_external_error',
      payload: { code: 'AccessDenied', permanent: false },
    });
  });

  it('is not kept with keys that AWS does not know', async () => {
    identity = () => denied('InvalidClientTokenId', 'no such token');
    const error = await errorOf(mode.mint(subject(), { role_arn: ROLE }));
    expect(error).toMatchObject({ code: 'connection_test_failed', status: 400 });
  });

  it('says that AWS is silent where it is, not that the keys are wrong', async () => {
    identity = () => ({ destroy: true });
    const error = await errorOf(mode.mint(subject(), { role_arn: ROLE }));
    expect(error).toMatchObject({ code: 'aws_sigv4_sts_request_failed', message: expect.stringContaining('No answer') });
  });

  it.each([
    ['an answer without keys', { body: '<AssumeRoleResponse/>' }],
    ['a page', { status: 502, body: '<html>' }],
    ['a connection that is cut off', { destroy: true }],
  ] as const)('is told of %s', async (_what, reply) => {
    assuming = () => reply;
    expect(await errorOf(mode.mint(subject(), { role_arn: ROLE }))).toMatchObject({ code: 'aws_sigv4_sts_request_failed' });
  });

  it.each([
    ['missing_aws_sigv4_role_arn', BUILTIN, {}],
    ['missing_aws_sigv4_service', { ...BUILTIN, service: '' }, { role_arn: ROLE }],
    ['missing_aws_sigv4_region', { ...BUILTIN, defaultRegion: '' }, { role_arn: ROLE }],
    ['invalid_aws_sigv4_config', BUILTIN, { role_arn: ROLE, region: 'evil.example.com/' }],
    ['missing_aws_sigv4_builtin_credentials', { ...BUILTIN, awsSecretAccessKey: '' }, { role_arn: ROLE }],
    ['missing_aws_sigv4_sts_endpoint', { ...CUSTOM, stsEndpointUrl: '' }, { role_arn: ROLE }],
    ['invalid_aws_sigv4_config', { ...CUSTOM, stsEndpointUrl: 'http://sts.example.com/' }, { role_arn: ROLE }],
  ])('%s: nobody is asked', async (code, custom, input) => {
    const calls = server.requests.length;
    expect(await errorOf(mode.mint(subject(custom), input))).toMatchObject({ code, status: 400 });
    expect(server.requests.length).toBe(calls);
  });

  it('needs its external id to be taken again', async () => {
    const old = { type: 'AWS_SIGV4', role_arn: ROLE, region: 'eu-west-1' };
    expect(await errorOf(mode.refresh(subject(), old))).toMatchObject({
      code: 'refresh_token_external_error',
      payload: { code: 'missing_aws_sigv4_external_id', permanent: false },
    });
  });
});

describe('an endpoint that takes roles for us', () => {
  it('is asked with its key, and answers as it likes', async () => {
    assuming = () => ({
      body: { credentials: { accessKeyId: 'ASIATEMP', secretAccessKey: 'temporary-secret', sessionToken: 'temporary-session' } },
    });
    const { credentials } = await mode.mint(subject(CUSTOM), { role_arn: ROLE, external_id: EXTERNAL_ID });
    expect(credentials).toMatchObject({ ...KEYS, service: 'execute-api', external_id: EXTERNAL_ID });
    expect(Date.parse(String(credentials['expires_at'])) - Date.now()).toBeCloseTo(3_600_000, -5);
    const call = server.requests.at(-2)!;
    expect(call).toMatchObject({ path: '/sts.example.com/assume', headers: { 'x-api-key': 'endpoint-key' } });
    expect(call.json).toEqual({ role_arn: ROLE, external_id: EXTERNAL_ID, region: 'eu-west-1', service: 'execute-api' });
  });

  it('may say no, and its key is not told', async () => {
    assuming = () => ({ status: 403, body: { error: 'forbidden', message: 'endpoint-key is not mine' } });
    const { message } = await errorOf(mode.mint(subject(CUSTOM), { role_arn: ROLE }));
    expect(message).toBe('No temporary credentials for AWS: forbidden: [redacted] is not mine');
  });
});
