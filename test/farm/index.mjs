import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Apis } from './api.mjs';
import { catalogueOf } from './catalogue.mjs';
import { controlOf, registerControl } from './control.mjs';
import { Ledger } from './ledger.mjs';
import { Aws } from './modes/aws.mjs';
import { ClientCredentials } from './modes/client-credentials.mjs';
import { Installations } from './modes/installations.mjs';
import { KeyedApis } from './modes/keys.mjs';
import { Logins } from './modes/logins.mjs';
import { Faults } from './oauth/faults.mjs';
import { OAuth1Server } from './oauth/oauth1-server.mjs';
import { OAuth2Server } from './oauth/oauth2-server.mjs';
import { OidcServer } from './oauth/oidc-server.mjs';
import { makePeople, tls } from './people.mjs';
import { Router } from './router.mjs';
import { Tokens } from './tokens.mjs';

export { controlOf } from './control.mjs';

/** Starts a farm of providers on loopback, over HTTP and over TLS under an authority of its own. */
export async function startFarm({ port = 0 } = {}) {
  const ledger = new Ledger();
  const { publicKeys, ...people } = makePeople(ledger);
  const shared = { ledger, tokens: new Tokens(ledger), faults: new Faults(), people: { ...people, publicKeys } };
  const oidc = new OidcServer(shared);
  const installations = new Installations(shared);
  const router = new Router(ledger);
  const apis = new Apis(ledger);
  const parts = [oidc, installations, new OAuth2Server(shared), new OAuth1Server(shared), new Aws(shared)];
  for (const part of [...parts, new ClientCredentials(shared), new KeyedApis(shared), new Logins(shared)])
    part.register(router, apis);
  registerControl(router, { ...shared, oidc, installations });
  apis.register(router);
  const listener = answerer(router, oidc);
  const plain = createServer(listener);
  const secure = createTlsServer({ ...tls.server, requestCert: true, rejectUnauthorized: false }, listener);
  const url = `http://127.0.0.1:${await listen(plain, port)}`;
  const httpsUrl = `https://localhost:${await listen(secure, 0)}`;
  return {
    url,
    access: { url, httpsUrl, authorityFile: tls.authorityFile, ...people, certificate: tls.client },
    catalogue: () => catalogueOf({ url, httpsUrl }),
    ...controlOf(url),
    close: async () => {
      shared.faults.release();
      await Promise.all([plain, secure].map(close));
    },
  };
}

const answerer = (router, oidc) => (message, response) => void answer(router, oidc, message, response);

async function answer(router, oidc, message, response) {
  try {
    if (oidc.takes(message)) {
      const scheme = message.socket.encrypted ? 'https' : 'http';
      await oidc.handle(message, response, `${scheme}://${message.headers.host}`);
    } else await router.answer(message, response);
  } catch (error) {
    console.error('the farm failed at', message.method, message.url, error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
}

async function listen(server, port) {
  await new Promise((resolve) => void server.listen(port, '127.0.0.1', resolve));
  return server.address().port;
}

const close = (server) =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
