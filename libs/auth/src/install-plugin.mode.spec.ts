import { describe, expect, it } from 'vitest';
import { subjectOf } from '#libs/testing';
import { InstallPluginMode } from './install-plugin.mode.js';

const mode = new InstallPluginMode();
const BEGIN = { callbackUrl: 'https://app/cb', state: 's', clientName: 'Acme' };
const back = { callbackUrl: 'https://app/cb', memory: {}, query: { payload: 's', website_id: 'w', token: 'x' } };

describe('a plug-in', () => {
  const custom = { app_link: 'https://app.crisp.chat/plugin/1/', username: 'id', password: 'key' };
  const subject = (own: Record<string, string> = custom) =>
    subjectOf({ redirect_uri_metadata: ['website_id'] }, {}, { credentials: null, custom: own });

  it('is installed at its page, and the maker’s credentials serve every connection', async () => {
    expect(await mode.begin(subject(), BEGIN)).toEqual({ url: 'https://app.crisp.chat/plugin/1/?payload=s', memory: {} });
    expect(await mode.finish(subject(), back)).toEqual({
      credentials: { type: 'BASIC', username: 'id', password: 'key' },
      connectionConfig: { website_id: 'w' },
    });
  });

  it('is not connected where the user said no', async () => {
    const query = { payload: 's', error: 'access_denied' };
    await expect(mode.finish(subject(), { ...back, query })).rejects.toMatchObject({
      code: 'callback_err',
      payload: { error: 'access_denied' },
    });
  });

  it('says what the integration lacks', async () => {
    await expect(mode.begin(subject({}), BEGIN)).rejects.toThrow('app_link');
    await expect(mode.finish(subject({ username: 'id' }), back)).rejects.toMatchObject({ code: 'provider_config_err' });
  });
});
