import { expect, it } from 'vitest';
import { createSession } from './connect.dto.js';
import { newSessionOf } from './session-request.js';

const read = (body: object) => newSessionOf(createSession.parse(body));

it('keeps the organization with its end user, or as tags where there is none', () => {
  const organization = { id: 'o', display_name: 'Org' };
  expect(read({ end_user: { id: 'u' }, organization }).endUser).toEqual({ id: 'u', organization });
  expect(read({ end_user: { id: 'u' }, organization: { id: '' } }).endUser).toEqual({ id: 'u' });
  expect(read({ tags: { a: 'b' }, organization })).toMatchObject({
    endUser: null,
    tags: { a: 'b', organization_id: 'o', organization_display_name: 'Org' },
  });
});

it('lifts a webhook address out of the settings, unless the session names one', () => {
  const integrations_config_defaults = { crm: { connection_config: { webhook_url: 'https://a.example', host: 'h' } } };
  const lifted = read({ tags: {}, integrations_config_defaults });
  expect(lifted.webhookUrlOverride).toBe('https://a.example');
  expect(lifted.defaults).toEqual({ crm: { connection_config: { host: 'h' } } });
  expect(read({ tags: {}, integrations_config_defaults, webhook_url_override: 'https://b.example' }).webhookUrlOverride).toBe(
    'https://b.example',
  );
});

it('must be for somebody', () => {
  expect(createSession.safeParse({}).error?.issues).toMatchObject([{ path: ['end_user'] }]);
});
