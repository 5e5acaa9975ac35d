/** How tests in other processes steer a farm: `/_farm/*`. */
export function registerControl(router, { ledger, tokens, faults, oidc, installations }) {
  router.on('GET', '/_farm/secrets', () => ({ body: ledger.secrets() }));
  router.on('GET', '/_farm/counters', () => ({ body: ledger.counters() }));
  router.on('GET', '/_farm/waiting', () => ({ body: faults.waiting }));
  const post = (path, act) =>
    router.on('POST', `/_farm/${path}`, async ({ json }) => {
      await act(json ?? {});
      return { status: 204 };
    });
  post('server', ({ url }) => {
    installations.open(url);
    oidc.open(`${url}/oauth/callback`);
  });
  post('revoke', async ({ who }) => {
    tokens.revoke(who);
    await oidc.revoke(who);
  });
  post('end', ({ who }) => tokens.end(who));
  post('restore', ({ who }) => tokens.restore(who));
  post('fault', ({ dialect, fault, times = 1 }) => faults.plan(dialect, fault, times));
  post('release', () => faults.release());
  post('secret', ({ value }) => ledger.secret(value));
}

/** Steers the farm at an address. */
export function controlOf(url) {
  const get = async (what) => (await fetch(`${url}/_farm/${what}`)).json();
  const post = async (what, body = {}) => {
    const reply = await fetch(`${url}/_farm/${what}`, { method: 'POST', body: JSON.stringify(body) });
    if (!reply.ok) throw new Error(`the farm answered ${reply.status} to ${what}`);
  };
  return {
    secrets: () => get('secrets'),
    counters: () => get('counters'),
    waiting: () => get('waiting'),
    serveFor: (server) => post('server', { url: server }),
    revoke: (who) => post('revoke', { who }),
    end: (who) => post('end', { who }),
    restore: (who) => post('restore', { who }),
    fault: (dialect, fault, times) => post('fault', { dialect, fault, times }),
    release: () => post('release'),
    keepSecret: (value) => post('secret', { value }),
  };
}
