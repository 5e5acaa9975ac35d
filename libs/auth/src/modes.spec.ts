import { afterAll, describe, expect, it } from 'vitest';
import { Catalogue } from '#libs/providers';
import { httpOf, startEgressProxy, startUpstream, subjectOf } from '#libs/testing';
import { openModes } from './modes.js';

const http = httpOf({ NANGO_OUTBOUND_URL_POLICY_OAUTH: '{"mode":"allowlist","allowlist":["none.invalid"]}' });
const modes = openModes(http);
afterAll(() => http.close());

const codeOf = async (attempt: () => Promise<unknown>) => {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

describe('every provider of the catalogue', () => {
  it('can be connected, with a browser or without, and in no other way', async () => {
    const begin = { callbackUrl: 'https://app/cb', state: 's', clientName: 'x' };
    for (const provider of (await Catalogue.load()).all()) {
      const subject = { ...subjectOf({}), provider };
      const refusals = [await codeOf(() => modes.begin(subject, begin)), await codeOf(() => modes.mint(subject, {}))];
      // The installation's webhook connects these: no form and no browser of ours does.
      if (provider.installation === 'outbound') continue;
      const refused = [refusals[0] === 'auth_mode_err', refusals[1] === 'invalid_auth_mode'];
      expect(refused.filter(Boolean), `${provider.name} (${provider.auth_mode})`).toHaveLength(1);
    }
  });
});

it('takes a provider for nothing but one, whatever it is called', async () => {
  const subject = subjectOf({ name: 'constructor', auth_mode: 'API_KEY' });
  expect(await modes.mint(subject, { apiKey: 'k' })).toMatchObject({ credentials: { type: 'API_KEY' } });
  expect(modes.introspect(subject, { type: 'API_KEY' })).toBeUndefined();
});

it('renews tokens through the egress proxy, within the outbound policy of the environment', async () => {
  const [provider, proxy] = await Promise.all([startUpstream(), startEgressProxy()]);
  provider.on('POST', '/token', () => ({ body: { access_token: 'new', expires_in: 60 } }));
  proxy.route('provider.example', Number(new URL(provider.url).port));
  const behind = httpOf(
    { HTTP_PROXY: proxy.url },
    { resolve: (_host, _options, done) => done(null, [{ address: '93.184.216.34', family: 4 }]) },
  );
  const renew = (integration: Parameters<typeof subjectOf>[2]) =>
    openModes(behind).refresh(subjectOf({ token_url: 'http://provider.example/token' }, {}, integration), {
      type: 'OAUTH2',
      access_token: 'old',
      refresh_token: 'r',
    });
  expect((await renew({}))?.credentials).toMatchObject({ access_token: 'new' });
  expect(proxy.forwarded).toEqual(['POST http://provider.example/token']);
  await expect(renew({ outboundPolicy: { allowlist: ['other.example'] } })).rejects.toThrow(
    'provider.example is not on the allow list',
  );
  expect(proxy.forwarded).toHaveLength(1);
  await behind.close();
  await Promise.all([proxy.close(), provider.close()]);
});
