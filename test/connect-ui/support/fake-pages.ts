/** A provider's page, whose buttons end the authorization as people do. */
export function providerPage(name: string, callback: string): string {
  const link = (outcome: string) => `<p><a href="${callback}&outcome=${outcome}">${outcome}</a></p>`;
  return `<!doctype html><title>${name}</title><h1>Sign in to ${name}</h1>${['allow', 'deny', 'fail', 'silent'].map(link).join('')}`;
}

/** The page that ends an authorization (spec/auth.md §3.6): says so to the window that began it, and closes when that has heard it. */
export function callbackPage(message: object, closesItself: boolean): string {
  return `<!doctype html><title>Done</title><p>Done</p><script>
    const message = ${JSON.stringify(message)};
    const close = (event) => { if (event.data && event.data.type === 'nango_oauth_callback_ack') window.close(); };
    const channel = new BroadcastChannel('nango-oauth-callback');
    addEventListener('message', close);
    channel.onmessage = close;
    if (window.opener) window.opener.postMessage(message, '*');
    channel.postMessage(message);
    ${closesItself ? 'setTimeout(() => window.close(), 500);' : ''}
  </script>`;
}

/** A customer's page that embeds the Connect UI as \`openConnectUI\` does, and keeps what it is told. */
export function hostPage(address: string): string {
  return `<!doctype html><html lang="en"><title>Acme</title>
    <style>body { margin: 0; font: 16px/1.5 Arial, sans-serif; color: #223; background: linear-gradient(160deg, #eef3fb, #dfe7f5); min-height: 100vh; }
    main { padding: 60px; } iframe { position: fixed; inset: 0; width: 100vw; height: 100vh; border: 0; z-index: 9999; background: transparent; color-scheme: normal; }</style>
    <main><h1>Acme settings</h1><p>Connect the tools your team works with.</p></main>
    <iframe id="connect-ui" title="Connect" allow="clipboard-write" src="${address.replaceAll('&', '&amp;')}"></iframe>
    <script>
      window.heard = [];
      const frame = document.getElementById('connect-ui');
      window.give = (message) => frame.contentWindow.postMessage(message, '*');
      addEventListener('message', (event) => {
        if (event.source !== frame.contentWindow) return;
        window.heard.push({ ...event.data, from: event.origin });
        if (event.data.type === 'ready' && window.token) window.give({ type: 'session_token', sessionToken: window.token });
        if (event.data.type === 'close') frame.remove();
      });
      window.token = new URLSearchParams(location.search).get('token');
    </script></html>`;
}
