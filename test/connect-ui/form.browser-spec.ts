import { describe, expect, inject, it } from 'vitest';
import { worldOf } from './support/browser.js';
import { TOKEN } from './support/fake-api.js';
import { button, connect, fill, input, title } from './support/steps.js';

const browser = inject('chromium');

describe.skipIf(!browser)('the form', () => {
  const world = worldOf(browser ?? '');
  const open = async (provider: string, more = {}) => {
    world.current.api.offerOnly(provider, more);
    const page = await world.current.openLink();
    await page.locator('#connect-form').waitFor();
    return page;
  };
  const sent = () => world.current.api.attempts.map(({ path, body }) => [path, body]);

  it.each([
    ['notion', { 'API key': 'k-1' }, '/api-auth/api-key/notion-1', { apiKey: 'k-1' }],
    [
      'emarsys',
      { 'User name': 'u', Password: 'p' },
      '/auth/signature/emarsys-1',
      { username: 'u', password: 'p', type: 'SIGNATURE' },
    ],
    [
      'bill',
      { 'User name': 'u', Password: 'p', 'Organization ID': 'o', 'Developer key': 'd' },
      '/auth/bill/bill-1',
      { username: 'u', password: 'p', organization_id: 'o', dev_key: 'd' },
    ],
    [
      'adp',
      { 'Client ID': 'c', 'Client secret': 's', 'Client certificate': 'line 1\nline 2', 'Private key': 'key' },
      '/oauth2/auth/adp-1',
      { client_id: 'c', client_secret: 's', client_certificate: 'line 1\nline 2', client_private_key: 'key' },
    ],
    [
      'netsuite',
      { 'Token ID': 't', 'Token secret': 's', 'Account ID': '1_SB1' },
      '/auth/tba/netsuite-1',
      { token_id: 't', token_secret: 's' },
    ],
    [
      'ghost-admin',
      { 'Admin API key': 'a:b', Domain: 'blog.acme.com' },
      '/auth/jwt/ghost-admin-1',
      { privateKey: 'a:b', type: 'JWT' },
    ],
    [
      'intacct',
      { 'Company ID': 'c', 'Application ID': 'i', 'Application secret': 's', Entity: 'e' },
      '/auth/two-step/intacct-1',
      { companyId: 'c', clientId: 'i', clientSecret: 's', type: 'TWO_STEP', assertionOption: { entity: 'e' } },
    ],
    ['hackernews', {}, '/auth/unauthenticated/hackernews-1', {}],
    ['sentry-oauth', {}, '/auth/oauth-outbound/sentry-oauth-1', {}],
  ])('of %s asks %j and posts', async (provider, answers: Readonly<Record<string, string>>, path, body) => {
    const page = await open(provider);
    await fill(page, answers);
    await connect(page);
    await expect.poll(() => title(page).textContent()).toMatch(/is connected|Almost done/);
    expect(sent()).toEqual([[path, body]]);
    expect(world.current.api.attempts[0]?.query).toMatchObject({ connect_session_token: TOKEN });
  });

  it('sends settings beside credentials: shown, hidden and without their decoration', async () => {
    const page = await open('zendesk');
    expect(await page.locator('form label').allTextContents()).toEqual(['Subdomain', 'Email', 'API token', 'Planoptional']);
    await fill(page, { Subdomain: ' https://acme.zendesk.com', Email: 'a@acme.com', 'API token': ' t ' });
    await connect(page);
    await expect.poll(() => title(page).textContent()).toBe('Zendesk is connected');
    expect(sent()).toEqual([['/api-auth/basic/zendesk-1', { username: 'a@acme.com', password: ' t ' }]]);
    expect(world.current.api.attempts[0]?.query).toEqual({
      connect_session_token: TOKEN,
      'params[subdomain]': 'acme',
      'params[brand]': 'main',
    });
  });

  it('says of each answer what is wrong, goes to the first, and sends nothing', async () => {
    const page = await open('zendesk');
    await fill(page, { Subdomain: 'not/a/name', Email: 'nobody' });
    await connect(page);
    await expect
      .poll(() => page.getByRole('alert').allTextContents())
      .toEqual([
        'This does not look right. Example: acme',
        'Enter an email address, such as name@example.com.',
        'Enter API token.',
      ]);
    expect(await page.evaluate('document.activeElement.getAttribute("name")')).toBe(
      await input(page, 'Subdomain').getAttribute('name'),
    );
    expect(await input(page, 'Subdomain').getAttribute('aria-invalid')).toBe('true');
    await input(page, 'Subdomain').fill('acme');
    await expect.poll(() => page.getByRole('alert').count()).toBe(2);
    expect(sent()).toEqual([]);
  });

  it('judges an answer when it is left', async () => {
    const page = await open('ghost-admin');
    await fill(page, { Domain: 'https://blog.acme.com/path' });
    await page.keyboard.press('Tab');
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('Enter only the host name');
  });

  it('warns of a choice', async () => {
    const page = await open('zendesk');
    const plan = page.getByRole('combobox', { name: 'Plan' });
    expect(await plan.locator('option').allTextContents()).toEqual(['Choose…', 'team', 'suite']);
    await plan.selectOption('team');
    await expect.poll(() => page.getByText('The team plan has no webhooks.').isVisible()).toBe(true);
    await plan.selectOption('suite');
    await expect.poll(() => page.getByText('The team plan has no webhooks.').count()).toBe(0);
  });

  it('hides a secret until it is to be seen', async () => {
    const page = await open('notion');
    expect(await input(page, 'API key').getAttribute('type')).toBe('password');
    await button(page, 'Show API key').click();
    expect(await input(page, 'API key').getAttribute('type')).toBe('text');
    await button(page, 'Hide API key').click();
    expect(await input(page, 'API key').getAttribute('type')).toBe('password');
  });

  it('leads to the guide, and to the section of a field', async () => {
    const page = await open('zendesk');
    const links = page.getByRole('link');
    expect(await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')))).toEqual([
      'https://docs.example.com/zendesk',
      'https://docs.example.com/zendesk#subdomain',
    ]);
    world.current.api.session['overrides'] = { 'zendesk-1': { docs_connect: 'https://help.acme.com' } };
    await page.reload();
    await expect.poll(() => links.first().getAttribute('href')).toBe('https://help.acme.com');
  });

  it('does not ask for what is set already; with nothing left it says so', async () => {
    world.current.api.session['integrations_config_defaults'] = {
      'zendesk-1': { connection_config: { subdomain: 'acme', plan: 'suite' } },
    };
    const page = await open('zendesk', { preconfigured_credentials: ['username', 'password'] });
    expect(await page.locator('form').textContent()).toBe('Everything is ready. Nothing more is needed from you.');
    await connect(page);
    await expect.poll(sent).toEqual([['/api-auth/basic/zendesk-1', {}]]);
  });

  it('gives an external id to copy, and sends it', async () => {
    const page = await open('aws-sigv4');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: world.current.ui.url });
    const id = await page.getByLabel('External ID').inputValue();
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    await button(page, 'Copy').click();
    await button(page, 'Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(id);
    await fill(page, { 'Role ARN': 'arn:aws:iam::123456789012:role/sync' });
    await connect(page);
    await expect.poll(sent).toEqual([['/auth/aws-sigv4/aws-sigv4-1', { role_arn: 'arn:aws:iam::123456789012:role/sync' }]]);
    expect(world.current.api.attempts[0]?.query['params[external_id]']).toBe(id);
  });

  it('shows no external id when an account is connected again', async () => {
    world.current.api.session['isReconnecting'] = true;
    const page = await open('aws-sigv4');
    expect(await title(page).textContent()).toBe('Reconnect Amazon Web Services');
    expect(await page.getByLabel('External ID').count()).toBe(0);
    await fill(page, { 'Role ARN': 'arn:aws:iam::123456789012:role/sync' });
    await button(page, 'Reconnect').click();
    await expect.poll(() => world.current.api.attempts[0]?.query).toEqual({ connect_session_token: TOKEN });
  });

  it('shows that it works while the API checks', async () => {
    let release = () => {};
    world.current.api.held = new Promise((resolve) => {
      release = resolve;
    });
    const page = await open('hackernews');
    await connect(page);
    await expect.poll(() => title(page).textContent()).toBe('Connecting to Hacker News');
    release();
    await expect.poll(() => title(page).textContent()).toBe('Hacker News is connected');
    expect(await page.getByText('You can close this tab.').isVisible()).toBe(true);
  });

  it.each([
    ['connection_test_failed', 400, 'These credentials were not accepted', ['Back']],
    ['connection_validation_failed', 400, 'This account cannot be used', ['Back']],
    ['resource_capped', 400, 'No more connections are possible', ['Back']],
    ['unknown_provider_config', 404, 'This service is not set up correctly', ['Back']],
    ['server_error', 500, 'Something went wrong on our side', ['Back', 'Try again']],
    ['something_new', 400, 'The connection failed', ['Back', 'Try again']],
    ['unknown_connect_session_token', 401, 'Your session has expired', []],
  ])('a failure %s (%i) is told as “%s”', async (code, status, heading, ways) => {
    world.current.api.failures.set('/api-auth/api-key/notion-1', { status, error: { code, message: 'said by the provider' } });
    const page = await open('notion');
    await fill(page, { 'API key': 'wrong' });
    await connect(page);
    await expect.poll(() => title(page).textContent()).toBe(heading);
    expect(await page.getByRole('button').allTextContents()).toEqual(ways);
    await page.getByText('Technical details').click();
    expect(await page.locator('details').textContent()).toContain(`${code}said by the provider`);
  });

  it('keeps what was entered for another try', async () => {
    world.current.api.failures.set('/api-auth/api-key/notion-1', { status: 400, error: { code: 'connection_test_failed' } });
    const page = await open('notion');
    await fill(page, { 'API key': 'almost' });
    await connect(page);
    await button(page, 'Back').click();
    expect(await input(page, 'API key').inputValue()).toBe('almost');
    await connect(page);
    await expect.poll(() => title(page).textContent()).toBe('Notion is connected');
  });

  it('shows at its field what the API does not accept', async () => {
    const errors = [{ code: 'too_big', message: 'is too long', path: ['apiKey'] }];
    world.current.api.failures.set('/api-auth/api-key/notion-1', { status: 400, error: { code: 'invalid_body', errors } });
    const page = await open('notion');
    await fill(page, { 'API key': 'long' });
    await connect(page);
    await expect.poll(() => title(page).textContent()).toBe('Something you entered was not accepted');
    await button(page, 'Back').click();
    await expect.poll(() => page.getByRole('alert').textContent()).toBe('is too long');
  });

  it('a provider that is not in the catalogue is named as a fault of the set-up', async () => {
    world.current.api.offer('notion');
    world.current.api.failures.set('/providers/notion', { status: 404, error: { code: 'not_found' } });
    const page = await world.current.openLink();
    await page.locator('[data-row]').click();
    await expect.poll(() => title(page).textContent()).toBe('This service is not set up correctly');
    await button(page, 'Back').click();
    await expect.poll(() => title(page).textContent()).toBe('Connect an account');
  });
});
