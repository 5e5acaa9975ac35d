import { expect, it } from 'vitest';
import type { Refusal } from './support/customer.js';
import { expectFormGuards, expectRevocationStory } from './support/refusals.js';
import { control, counting, customer, farm, wrongSecret } from './support/world.js';

/** AWS_SIGV4 (spec/auth.md §2.15). */
const PATH = '/auth/aws-sigv4';
const { who, role_arn, accessKeyId, secretAccessKey, stsApiKey } = farm.users.aws;
const external_id = '1b4e28ba-2fa1-4fd2-883f-0016d3cca427';
const query = { 'params[external_id]': external_id };
const common = { service: 'farm', defaultRegion: 'eu-central-1' };
const builtin = { ...common, stsMode: 'builtin', awsAccessKeyId: accessKeyId, awsSecretAccessKey: secretAccessKey };
const custom = {
  ...common,
  stsMode: 'custom',
  stsEndpointUrl: `${farm.httpsUrl}/aws/custom-sts`,
  stsAuthType: 'api_key',
  stsApiKey,
};
const integration = (integration_config: object) => customer.integration('farm-aws', { integration_config });

it.each([
  ['a key of the integration', builtin],
  ['an endpoint of the customer’s', custom],
])('takes a role with %s, signs calls, and takes it again before it ends', async (_how, settings) => {
  const calls = await counting('aws.sessions');
  const key = await integration(settings);
  const id = await customer.connect(PATH, key, { role_arn }, { query });
  const { credentials } = await customer.connection(key, id, true);
  expect(credentials).toMatchObject({
    type: 'AWS_SIGV4',
    role_arn,
    region: 'eu-central-1',
    service: 'farm',
    external_id,
    access_key_id: expect.stringMatching(/^ASIA/),
    secret_access_key: expect.any(String),
    session_token: expect.any(String),
    expires_at: expect.any(String),
  });
  expect(await customer.who(key, id)).toMatch(new RegExp(`^${who}-`));
  expect((await calls())[0]).toBeGreaterThanOrEqual(2);
});

it('signs bodies and awkward paths', async () => {
  const key = await integration(builtin);
  const id = await customer.connect(PATH, key, { role_arn }, { query });
  for (const endpoint of ['/a b/ü+c?x=1&y=a%20b&x=0', '/plain']) {
    const call = { providerConfigKey: key, connectionId: id, endpoint, method: 'POST', data: { text: 'grüße' } };
    expect((await customer.nango.proxy(call)).data).toMatchObject({ who: expect.stringMatching(/^role-/) });
  }
});

it('refuses roles that do not trust us, regions that are none, and wrong keys', async () => {
  const key = await integration(builtin);
  const untrusted = await customer.submit<Refusal>(PATH, key, { role_arn: `${role_arn}-other` }, { query });
  expect([untrusted.status, untrusted.body.error.code]).toEqual([502, 'aws_sigv4_sts_request_failed']);
  const nowhere = await customer.submit<Refusal>(PATH, key, { role_arn, region: 'no region' }, { query });
  expect([nowhere.status, nowhere.body.error.code]).toEqual([400, 'invalid_body']);
  const wrong = await integration({ ...builtin, awsSecretAccessKey: await wrongSecret() });
  const reply = await customer.submit<Refusal>(PATH, wrong, { role_arn }, { query });
  expect([reply.status, reply.body.error.code]).toEqual([502, 'aws_sigv4_sts_request_failed']);
});

it('guards integrations and environments', async () => expectFormGuards(PATH, await integration(builtin), { role_arn }));

it('says so when the role trusts us no more, and when it does again', async () => {
  const key = await integration(custom);
  await expectRevocationStory({
    key,
    connect: (options) => customer.connect(PATH, key, { role_arn }, { ...options, query }),
    who: async () => who,
  });
  await control.restore(who);
});
