import { type buildConnector, Dispatcher, Pool, ProxyAgent } from 'undici';
import { throughProxy } from './egress-proxy-error.js';

type Watch = <Source extends Dispatcher>(source: Source) => Source;

/** Keeps the connections through one egress proxy. Its user name and password go to it alone, and are quoted nowhere. */
export interface EgressProxy {
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void;
  readonly pool: Dispatcher;
}

/**
 * To https targets: a tunnel for each connection, inside of which the target proves itself as ever.
 * @param tls towards targets
 * @param watch is shown every pool that is made
 */
export function tunnelProxy(uri: string, tls: buildConnector.BuildOptions, watch: Watch): EgressProxy {
  const pool = new ProxyAgent({
    uri,
    requestTls: tls,
    proxyTls: { allowH2: false },
    allowH2: false,
    factory: (origin, options) => watch(new Pool(origin, options)),
  });
  return { pool, dispatch: (options, handler) => void pool.dispatch(options, throughProxy(handler)) };
}

/**
 * To http targets: requests in absolute form (RFC 9112 §3.2.2), since proxies are wont to refuse tunnels to other ports than 443. All
 * targets share the connections to the proxy, however many there are.
 */
export function forwardProxy(uri: string, watch: Watch): EgressProxy {
  const { origin, protocol, hostname, username, password } = new URL(uri);
  const pool = watch(new Pool(origin, { allowH2: false }));
  const own = username ? { 'proxy-authorization': basic(username, password) } : {};
  // Or else the name in the certificate of the proxy would be that of the target.
  const tls = protocol === 'https:' ? { servername: hostname } : {};
  const dispatch: EgressProxy['dispatch'] = (options, handler) => {
    // Behind the origin, anything else could make another host of it.
    if (!options.path.startsWith('/')) throw new TypeError('the path of a request must begin with a slash');
    const target = new URL(String(options.origin));
    // Everybody here gives headers as an object.
    const headers = { ...(options.headers as Record<string, string>), host: target.host, ...own };
    pool.dispatch({ ...options, ...tls, origin, path: target.origin + options.path, headers }, throughProxy(handler));
  };
  return { pool, dispatch };
}

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
