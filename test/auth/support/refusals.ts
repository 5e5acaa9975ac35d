import { expect } from 'vitest';
import { sql } from './database.js';
import type { FlowOptions, Refusal } from './customer.js';
import { Hooks } from './hooks.js';
import { refused } from './published.js';
import { customer, control, prodCustomer, stack } from './world.js';

/** What a form must refuse, whatever the mode: integrations that a session may not use, and those of another environment. */
export async function expectFormGuards(path: string, key: string, body: object): Promise<void> {
  const other = await customer.integration('farm-none');
  const notAllowed = await customer.submit<Refusal>(path, key, body, { session: { allowed_integrations: [other] } });
  expect([notAllowed.status, notAllowed.body.error.code]).toEqual([400, 'integration_not_allowed']);
  const elsewhere = await customer.submit<Refusal>(path, key, body, { token: await prodCustomer.session() });
  expect([elsewhere.status, elsewhere.body.error.code]).toEqual([path === '/oauth2/auth' ? 400 : 404, 'unknown_provider_config']);
  const noSession = await customer.submit<Refusal>(path, key, body, { token: `nango_connect_session_${'0'.repeat(64)}` });
  expect([noSession.status, noSession.body.error.code]).toEqual([401, 'unknown_connect_session_token']);
}

export interface RevocationCase {
  readonly key: string;
  /** Connects an account whose token is over soon. */
  readonly connect: (options: FlowOptions) => Promise<string>;
  /** Whose account it is. */
  readonly who: (id: string) => Promise<string>;
}

/**
 * Access is taken away at the provider: the connection says so, its customer is told, the provider is left alone for a while; and once
 * access is back, that is told too.
 */
export async function expectRevocationStory({ key, connect, who }: RevocationCase): Promise<void> {
  const hooks = await Hooks.listen();
  try {
    const id = await connect({ session: { webhook_url_override: hooks.url } });
    await hooks.expect(key, { operation: 'creation', success: true, connectionId: id });
    const account = await who(id);
    await control.revoke(account);
    const gone = await refused(customer.connection(key, id, true));
    expect([[400, 424].includes(gone.status), gone.error.code]).toEqual([true, 'invalid_credentials']);
    await hooks.expect(key, { operation: 'refresh', success: false, connectionId: id });
    expect(
      (await customer.api.get<{ connections: { errors: unknown[] }[] }>(`/connections?connectionId=${encodeURIComponent(id)}`))
        .body,
    ).toMatchObject({ connections: [{ errors: [{ type: 'auth' }] }] });
    await control.restore(account);
    await sql(
      stack.databaseUrl,
      `UPDATE connections SET refresh_failed_at = now() - interval '31 seconds' WHERE connection_id = $1`,
      [id],
    );
    expect((await customer.connection(key, id, true)).errors).toEqual([]);
    await hooks.expect(key, { operation: 'refresh', success: true, connectionId: id });
  } finally {
    await hooks.close();
  }
}

/** Nothing renews what a user typed: that the provider takes it no more is the answer of the call. */
export async function expectRefusalPassedOn(key: string, id: string): Promise<void> {
  const account = await customer.who(key, id);
  await control.revoke(account);
  try {
    const status = await customer.who(key, id).catch((error: { response?: { status: number } }) => error.response?.status);
    expect(status).toBe(401);
  } finally {
    await control.restore(account);
  }
  expect(await customer.who(key, id)).toBe(account);
}
