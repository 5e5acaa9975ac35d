import { afterAll, describe, expect, it } from 'vitest';
import { Catalogue } from '#libs/providers';
import { httpOf, subjectOf } from '#libs/testing';
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
