/**
 * @typedef {object} Call A request, body included.
 * @property {string} method
 * @property {URL} url on the address the caller used
 * @property {string} text
 * @property {Record<string, string>} query
 * @property {Record<string, string>} form body of a form, else empty
 * @property {unknown} json body parsed, undefined where it is not JSON
 * @property {Record<string, string>} params parts of the path
 * @property {import('node:http').IncomingMessage} message
 * @property {import('node:http').ServerResponse} response
 *
 * @typedef {{ status?: number, headers?: Record<string, string | string[]>, body?: unknown, sent?: boolean }} Reply
 * `sent`: the handler wrote the response itself. Objects are sent as JSON.
 */

/** Routes of the farm: `:name` takes one part of a path, a last `*` the rest. */
export class Router {
  #routes = [];

  /** @param {import('./ledger.mjs').Ledger} ledger notes every secret that comes in */
  constructor(ledger) {
    this.ledger = ledger;
  }

  on(method, path, handler) {
    this.#routes.push({ method, parts: path.split('/').slice(1), handler });
  }

  async answer(message, response) {
    const scheme = message.socket.encrypted ? 'https' : 'http';
    const url = new URL(message.url, `${scheme}://${message.headers.host}`);
    const found = this.#find(message.method, url.pathname);
    if (!found) return send(response, { status: 404, body: { error: 'no such route', path: url.pathname } });
    const call = await read(message, response, url, found.params);
    for (const given of [call.query, call.form, call.json]) this.ledger.observe(given);
    this.ledger.observeHeader(message.headers.authorization);
    return send(response, await found.route.handler(call));
  }

  #find(method, pathname) {
    const parts = pathname.split('/').slice(1).map(decodeURIComponent);
    for (const route of this.#routes) {
      const params = route.method === '*' || route.method === method ? match(route.parts, parts) : undefined;
      if (params) return { route, params };
    }
    return undefined;
  }
}

function match(pattern, parts) {
  const open = pattern.at(-1) === '*';
  const fixed = open ? pattern.slice(0, -1) : pattern;
  if (open ? parts.length < fixed.length : parts.length !== fixed.length) return undefined;
  if (!fixed.every((part, index) => part.startsWith(':') || part === parts[index])) return undefined;
  return Object.fromEntries(fixed.flatMap((part, index) => (part.startsWith(':') ? [[part.slice(1), parts[index]]] : [])));
}

async function read(message, response, url, params) {
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const isForm = message.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return {
    method: message.method,
    url,
    text,
    query: Object.fromEntries(url.searchParams),
    form: isForm ? Object.fromEntries(new URLSearchParams(text)) : {},
    json: parsed(text),
    params,
    message,
    response,
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response, { status = 200, headers = {}, body, sent }) {
  if (sent) return;
  const type = typeof body === 'string' ? 'text/html; charset=utf-8' : 'application/json';
  response.writeHead(status, { ...(body === undefined ? {} : { 'content-type': type }), ...headers });
  response.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
}

/** Sends a browser on. */
export const redirect = (url) => ({ status: 302, headers: { location: String(url) } });
