import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/**
 * A route that answers before the framework sees the request, because every microsecond of it counts. It does for itself what the
 * framework does for others: who may call, validation, errors, headers.
 */
export interface FrontRoute {
  /** Where its paths begin, such as `/proxy`. */
  readonly prefix: string;
  /** Answers the request, whatever happens. */
  handle(request: IncomingMessage, response: ServerResponse): void;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Puts a route in front of the framework's own listener. */
export function putInFront(server: Server, route: FrontRoute): void {
  const [framework, ...others] = server.listeners('request') as Listener[];
  if (!framework || others.length > 0) throw new Error('the framework is expected to be the only listener of its server');
  server.off('request', framework);
  server.on('request', (request, response) => {
    if (!isBelow(route.prefix, request.url ?? '')) return framework(request, response);
    if (!server.listening) response.shouldKeepAlive = false; // on its way out: the client's next request goes elsewhere
    return route.handle(request, response);
  });
}

function isBelow(prefix: string, url: string): boolean {
  if (!url.startsWith(prefix)) return false;
  const next = url[prefix.length];
  return next === undefined || next === '/' || next === '?';
}
