import { readFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:net';
import { createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { Elsewhere } from './fault.js';
import { listening, type RawUpstream, type Route, serveRequests, startRawUpstream } from './upstream.js';

const file = (name: string) => fileURLToPath(new URL(`keys/${name}`, import.meta.url));
const key = readFileSync(file('server.key'));

/** Of the authority behind the certificates that are good but for one thing. */
export const AUTHORITY_FILE = file('authority.crt');

type Routes = (path: string) => Route | undefined;
const NONE: Routes = () => undefined;

const tlsUpstream = (certificate: string, routes = NONE): Promise<RawUpstream> =>
  listening(
    createServer({ key, cert: readFileSync(file(`${certificate}.crt`)) }).on('tlsClientError', () => undefined),
    (socket) => serveRequests(socket, routes),
  );
/** Complains in plain text, whatever it is sent. */
const plainUpstream = (): Promise<RawUpstream> =>
  listening(createPlainServer(), (socket) => void socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));

const overTls = ({ port }: RawUpstream) => `https://localhost:${port}`;

/** Starts what fails before a request reaches it, and one that serves over TLS as it should. */
export async function startElsewhere(routes: Routes): Promise<Elsewhere & { readonly secure: string; close(): Promise<void> }> {
  const [selfSigned, expired, otherHost, good, plain, closed] = await Promise.all([
    tlsUpstream('self-signed'),
    tlsUpstream('expired'),
    tlsUpstream('other-host'),
    tlsUpstream('good', routes),
    plainUpstream(),
    startRawUpstream(NONE),
  ]);
  await closed.close();
  return {
    closed: closed.url,
    secure: overTls(good),
    tls: { selfSigned: overTls(selfSigned), expired: overTls(expired), otherHost: overTls(otherHost) },
    plainToTls: good.url,
    tlsToPlain: overTls(plain),
    close: async () =>
      void (await Promise.all([selfSigned, expired, otherHost, good, plain].map((upstream) => upstream.close()))),
  };
}
