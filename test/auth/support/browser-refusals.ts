import { expect } from 'vitest';
import type { FlowOptions } from './customer.js';
import { sql } from './database.js';
import { Hooks } from './hooks.js';
import { type LiveOutcome, LiveResult } from './live-result.js';
import type { SessionOptions } from './published.js';
import { Visitor } from './visitor.js';
import { customer, prodCustomer, stack } from './world.js';

const CALLBACK = /\/(oauth\/callback|app-auth\/connect)\?/;
/** Before the browser is back at the server. */
export const isCallback = (url: string): boolean => url.startsWith(stack.baseUrl) && CALLBACK.test(url);

/** A flow that has got as far as the way back: what the provider sends the browser to. */
async function untilCallback(key: string, options: FlowOptions) {
  const live = await LiveResult.listen(stack.baseUrl);
  const visitor = new Visitor();
  const { url } = await visitor.open(await customer.popupUrl(key, live, options), 'approve', isCallback);
  expect(isCallback(url)).toBe(true);
  return { live, visitor, url };
}

/** What the one who waits is told when a browser comes back with an installation that somebody named. */
export async function claimInstallation(key: string, installationId: string, session: SessionOptions): Promise<LiveOutcome> {
  const { live, visitor, url } = await untilCallback(key, { session });
  try {
    await visitor.open(url.replace(/installation_id=[^&]+/, `installation_id=${installationId}`));
    return await live.outcome;
  } finally {
    live.close();
  }
}

/** The user says no: the page says so, the one that waits is told, and so is the customer. */
export async function expectDenial(key: string, authMode: string, options: FlowOptions = {}): Promise<void> {
  const hooks = await Hooks.listen();
  try {
    const { outcome, landing } = await customer.flow(key, {
      ...options,
      session: { ...options.session, webhook_url_override: hooks.url },
      decision: 'deny',
    });
    expect(outcome).toMatchObject({ message_type: 'error', error_type: 'callback_err', provider_config_key: key });
    expect(landing.status).toBe(400);
    expect(landing.text).toContain('nango_oauth_callback_error');
    // Providers' words are shown, not run.
    expect(landing.text).not.toContain('<script>alert');
    await hooks.expect(key, {
      operation: 'creation',
      success: false,
      authMode,
      error: expect.objectContaining({ type: 'invalid_callback' }),
    });
  } finally {
    await hooks.close();
  }
}

/** What is true of every way through a provider's pages: a state is good for one return, within an hour. */
export async function expectStateGuards(key: string, options: FlowOptions = {}): Promise<void> {
  const used = await untilCallback(key, options);
  // Two that come back at the same time: one of them is too late.
  const both = await Promise.all([used.visitor.open(used.url), used.visitor.open(used.url)]);
  expect(both.map(({ status }) => String(status)).toSorted()).toEqual(['200', '400']);
  expect(await used.live.outcome).toMatchObject({ message_type: 'success' });
  used.live.close();
  const replayed = await used.visitor.open(used.url);
  expect([replayed.status, replayed.text.includes('state_err')]).toEqual([400, true]);

  const late = await untilCallback(key, options);
  await sql(stack.databaseUrl, `UPDATE oauth_states SET expires_at = now() - interval '1 second'`);
  const expired = await late.visitor.open(late.url);
  expect([expired.status, expired.text.includes('state_err')]).toEqual([400, true]);
  late.live.close();

  const forged = await new Visitor().open(used.url.replace(/(state|payload)=[^&]+/, `$1=${'A'.repeat(43)}`));
  expect([forged.status, forged.text.includes('state_err')]).toEqual([400, true]);
}

/** A link to the way back is worth nothing in somebody else's browser. */
export async function expectOtherBrowserRefused(key: string, options: FlowOptions = {}): Promise<void> {
  const { live, url } = await untilCallback(key, options);
  const landing = await new Visitor().open(url);
  expect([landing.status, landing.text.includes('state_cookie_err')]).toEqual([400, true]);
  expect(await live.outcome).toMatchObject({ message_type: 'error', error_type: 'state_cookie_err' });
  live.close();
}

/** Sessions open what they were made for: their integrations, in their environment. */
export async function expectSessionGuards(key: string, options: FlowOptions = {}): Promise<void> {
  const live = await LiveResult.listen(stack.baseUrl);
  const other = await customer.integration('farm-none');
  const begin = async (given: FlowOptions) => {
    const reply = await fetch(await customer.popupUrl(key, live, { ...options, ...given }), { redirect: 'manual' });
    return { status: reply.status, text: await reply.text() };
  };
  const notAllowed = await begin({ session: { allowed_integrations: [other] } });
  expect([notAllowed.status, JSON.parse(notAllowed.text)]).toMatchObject([400, { error: { code: 'integration_not_allowed' } }]);
  const elsewhere = await begin({ token: await prodCustomer.session() });
  expect([elsewhere.status, elsewhere.text.includes('unknown_config_key')]).toEqual([400, true]);
  const chosen = await begin({ query: { ...options.query, connection_id: 'mine' } });
  expect([chosen.status, JSON.parse(chosen.text)]).toMatchObject([400, { error: { code: 'invalid_query_params' } }]);
  live.close();
}
