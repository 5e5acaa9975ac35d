import { beforeAll, describe, expect, it } from 'vitest';
import { expectDenial, expectOtherBrowserRefused, expectSessionGuards, expectStateGuards } from './support/browser-refusals.js';
import { refused } from './support/published.js';
import { control, counting, customer, farm } from './support/world.js';

/** MCP_OAUTH2 and MCP_OAUTH2_GENERIC (spec/auth.md §2.16); clients are registered with `oidc-provider`. */
describe('a server of the catalogue', () => {
  let key: string;
  beforeAll(async () => {
    key = await customer.integration('farm-mcp');
  });

  it('knows us by a client that was registered for the integration', async () => {
    const calls = await counting('oidc.authorization_code', 'oidc.refresh_token');
    const ids = [await customer.authorize(key), await customer.authorize(key)];
    expect((await customer.connection(key, ids[0] ?? '', true)).credentials).toMatchObject({
      type: 'OAUTH2',
      access_token: expect.any(String),
    });
    expect(await customer.who(key, ids[0] ?? '')).toMatch(/^user-/);
    expect(await calls()).toEqual([2, 1]);
  });

  it('ends where the user says no', () => expectDenial(key, 'MCP_OAUTH2'));
  it('needs a state that is known, new and in time', () => expectStateGuards(key));
  it('ends in the browser it was begun in', () => expectOtherBrowserRefused(key));
  it('needs a session for it', () => expectSessionGuards(key));

  it('says so when its tokens are revoked', async () => {
    const id = await customer.authorize(key);
    await control.revoke(await customer.who(key, id));
    expect(await refused(customer.connection(key, id, true))).toMatchObject({ error: { code: 'invalid_credentials' } });
  });
});

describe('any server', () => {
  const query = { 'params[mcp_server_url]': `${farm.httpsUrl}/mcp` };
  let key: string;
  beforeAll(async () => {
    key = await customer.integration('farm-mcp-generic');
  });

  it('is discovered, and renewed from what was discovered', async () => {
    const id = await customer.authorize(key, { query });
    const connection = await customer.connection(key, id, true);
    expect(connection).toMatchObject({
      credentials: { type: 'OAUTH2' },
      connection_config: { mcp_server_url: `${farm.httpsUrl}/mcp` },
    });
    const call = { providerConfigKey: key, connectionId: id, endpoint: '/mcp', method: 'POST', baseUrlOverride: farm.httpsUrl };
    expect((await customer.nango.proxy(call)).data).toMatchObject({ who: expect.stringMatching(/^user-/) });
  });

  it('ends where the user says no', () => expectDenial(key, 'MCP_OAUTH2_GENERIC', { query }));
  it('needs a state that is known, new and in time', () => expectStateGuards(key, { query }));

  it.each([undefined, 'http://localhost:1/mcp', 'https://localhost:1/mcp', 'https://169.254.169.254/mcp', 'not an address'])(
    'that is none is named (%s)',
    async (server) => {
      const { outcome } = await customer.flow(key, { query: server === undefined ? {} : { 'params[mcp_server_url]': server } });
      expect(outcome).toMatchObject({ message_type: 'error', error_desc: expect.stringMatching(/.{10}/) });
    },
  );
});
