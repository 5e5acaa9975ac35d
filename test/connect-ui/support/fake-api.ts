import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as icons from 'simple-icons';
import { type WebSocket, WebSocketServer } from 'ws';
import { ENTRIES, type FakeIntegration, integrationOf, TRANSLATED } from './fake-catalogue.js';
import { callbackPage, hostPage, providerPage } from './fake-pages.js';

export const TOKEN = `nango_connect_session_${'ab'.repeat(32)}`;

/** One request to make or begin a connection, as it came. */
export interface Attempt {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Failure {
  readonly status: number;
  readonly error: { readonly code: string; readonly message?: string; readonly errors?: readonly object[] };
}

interface Session {
  connectUISettings: {
    theme: { light: { primary: string }; dark: { primary: string } };
    defaultTheme: 'light' | 'dark' | 'system';
    showWatermark: boolean;
  };
  [more: string]: unknown;
}

const newSession = (): Session => ({
  connectUISettings: {
    theme: { light: { primary: '#00B2E3' }, dark: { primary: '#00B2E3' } },
    defaultTheme: 'light',
    showWatermark: true,
  },
  websocketsPath: '/',
});

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET,HEAD,PUT,PATCH,POST,DELETE',
  'access-control-allow-headers': 'Authorization, Content-Type, Accept',
};

/** Beacons carry credentials, so their origin must be named (spec/api.md §7.3). */
const corsFor = ({ pathname }: URL, { headers }: IncomingMessage) =>
  pathname === '/connect/telemetry'
    ? {
        'access-control-allow-origin': headers.origin ?? '',
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'Authorization, Content-type',
        'access-control-max-age': '36000',
      }
    : CORS;

/** Bodies of the endpoints that need no popup: what must be there, and what may (spec/api.md §3.18). */
const BODIES: Readonly<Record<string, { need: readonly string[]; may?: readonly string[]; loose?: true }>> = {
  '/api-auth/api-key': { need: ['apiKey'] },
  '/api-auth/basic': { need: ['username', 'password'] },
  '/oauth2/auth': { need: ['client_id'], loose: true },
  '/auth/tba': { need: ['token_id', 'token_secret'], may: ['oauth_client_id_override', 'oauth_client_secret_override'] },
  '/auth/jwt': { need: [], loose: true },
  '/auth/two-step': { need: ['type'], loose: true },
  '/auth/signature': { need: ['username', 'password', 'type'] },
  '/auth/bill': { need: ['username', 'password', 'organization_id', 'dev_key'] },
  '/auth/aws-sigv4': { need: ['role_arn'], may: ['region'] },
  '/auth/unauthenticated': { need: [] },
  '/auth/oauth-outbound': { need: [] },
};

/** The endpoints of the API that the Connect UI uses, as the specification has them, with a provider behind them. */
export class FakeApi {
  readonly attempts: Attempt[] = [];
  readonly telemetry: { event: string; dimensions?: { integration?: string } }[] = [];
  readonly sockets = new Map<string, WebSocket>();
  readonly languages: string[] = [];
  /** Tokens that were shown to it. */
  readonly tokens = new Set<string>();
  session = newSession();
  integrations: FakeIntegration[] = [];
  /** What the next endpoint of that path answers instead. */
  readonly failures = new Map<string, Failure>();
  /** Address the customer's page embeds. */
  embeds = '';
  /** Holds answers of connecting back until it settles. */
  held: Promise<void> = Promise.resolve();
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #socketServer = new WebSocketServer({ noServer: true });
  url = '';

  static async start(): Promise<FakeApi> {
    const api = new FakeApi();
    api.#server.on('upgrade', (request, socket, head) => {
      api.#socketServer.handleUpgrade(request, socket, head, (client) => api.#greet(client));
    });
    api.#server.listen(0, '127.0.0.1');
    await once(api.#server, 'listening');
    api.url = `http://127.0.0.1:${(api.#server.address() as AddressInfo).port}`;
    api.reset();
    return api;
  }

  reset(): void {
    for (const list of [this.attempts, this.telemetry, this.languages]) list.length = 0;
    this.failures.clear();
    this.tokens.clear();
    this.session = newSession();
    this.held = Promise.resolve();
    this.offer(...Object.keys(ENTRIES));
  }

  offer(...providers: string[]): void {
    this.integrations = providers.map((provider) => integrationOf(provider, this.url));
  }

  /** A session made for one integration: its form is shown at once. */
  offerOnly(provider: string, more: Partial<FakeIntegration> = {}): void {
    this.integrations = [{ ...integrationOf(provider, this.url), ...more }];
    this.session['allowed_integrations'] = [`${provider}-1`];
  }

  async close(): Promise<void> {
    for (const client of this.#socketServer.clients) client.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #greet(client: WebSocket): void {
    const id = crypto.randomUUID();
    this.sockets.set(id, client);
    client.send(JSON.stringify({ message_type: 'connection_ack', ws_client_id: id }));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    if (request.method === 'OPTIONS') return void response.writeHead(204, corsFor(url, request)).end();
    const body = await readBody(request);
    const failure = this.failures.get(url.pathname);
    if (failure) {
      this.failures.delete(url.pathname);
      return json(response, failure.status, { error: failure.error });
    }
    if (this.#answerBrowser(url, response)) return;
    if (url.pathname === '/connect/telemetry') return this.#keepTelemetry(request, response, body);
    const token = request.headers.authorization?.replace('Bearer ', '') ?? url.searchParams.get('connect_session_token');
    if (token) this.tokens.add(token);
    if (token !== TOKEN)
      return json(response, 401, { error: { code: 'unknown_connect_session_token', message: 'unknown token' } });
    if (request.method === 'POST') return this.#connect(url, response, request.headers['content-type'], body);
    this.#read(url, request.headers['accept-language'] ?? '', response);
  }

  #read({ pathname }: URL, language: string, response: ServerResponse): void {
    if (pathname === '/connect/session') return json(response, 200, { data: { endUser: null, ...this.session } });
    if (pathname === '/integrations') return json(response, 200, { data: this.integrations });
    const name = /^\/providers\/([^/]+)$/.exec(pathname)?.[1] ?? '';
    const entry = ENTRIES[name];
    if (!entry) return json(response, 404, { error: { code: 'not_found' } });
    this.languages.push(language);
    const translated = Object.entries(TRANSLATED[language] ?? {}).reduce(
      (text, [from, to]) => text.replaceAll(JSON.stringify(from), JSON.stringify(to)),
      JSON.stringify(entry),
    );
    json(response, 200, { data: { ...(JSON.parse(translated) as object), name, logo_url: `${this.url}/logo` } });
  }

  async #connect(url: URL, response: ServerResponse, type: string | undefined, text: string): Promise<void> {
    const [, prefix = '', key = ''] = /^(.*)\/([^/]+)$/.exec(url.pathname) ?? [];
    const rule = BODIES[prefix];
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    this.attempts.push({ path: url.pathname, query: Object.fromEntries(url.searchParams), body });
    await this.held;
    if (!rule) return json(response, 404, { error: { code: 'not_found' } });
    if (text !== '' && type !== 'application/json') return json(response, 415, { error: { code: 'invalid_content_type' } });
    const missing = rule.need.filter((name) => typeof body[name] !== 'string');
    const unknown = rule.loose ? [] : Object.keys(body).filter((name) => ![...rule.need, ...(rule.may ?? [])].includes(name));
    if (missing.length + unknown.length > 0) {
      const errors = [...missing, ...unknown].map((name) => ({
        code: 'custom',
        message: 'is not as it should be',
        path: [name],
      }));
      return json(response, 400, { error: { code: 'invalid_body', errors } });
    }
    const isPending = prefix === '/auth/oauth-outbound' ? { isPending: true } : {};
    json(response, 200, { providerConfigKey: key, connectionId: 'connection-1', ...isPending });
  }

  /** Pages and pictures: what browsers load by themselves. */
  #answerBrowser(url: URL, response: ServerResponse): boolean {
    const { pathname, searchParams } = url;
    if (pathname.startsWith('/images/')) sendLogo(pathname, response);
    else if (pathname === '/host') html(response, hostPage(this.embeds));
    else if (pathname === '/blank') html(response, '<!doctype html><title>Somewhere else</title>');
    else if (pathname.startsWith('/oauth/connect/')) {
      this.attempts.push({ path: pathname, query: Object.fromEntries(searchParams), body: undefined });
      const key = decodeURIComponent(pathname.split('/').at(-1) ?? '');
      html(response, providerPage(key, `/oauth/callback?key=${key}&client=${searchParams.get('ws_client_id')}`));
    } else if (pathname === '/oauth/callback') this.#finish(searchParams, response);
    else return false;
    return true;
  }

  #finish(query: URLSearchParams, response: ServerResponse): void {
    const outcome = query.get('outcome');
    const socket = this.sockets.get(query.get('client') ?? '');
    if (outcome === 'allow') {
      const ids = { provider_config_key: query.get('key'), connection_id: 'connection-1', is_pending: false };
      socket?.send(JSON.stringify({ message_type: 'success', ...ids }));
      return html(response, callbackPage({ type: 'nango_oauth_callback_success' }, true));
    }
    if (outcome === 'deny') {
      const error = { error_type: 'callback_err', error_desc: 'access_denied: the user said no' };
      socket?.send(JSON.stringify({ message_type: 'error', provider_config_key: query.get('key'), ...error }));
    }
    const payload = { message: 'the workspace is not allowed', errorType: 'connection_validation_failed' };
    html(
      response,
      outcome === 'silent'
        ? '<!doctype html><title>Nothing</title>'
        : callbackPage({ type: 'nango_oauth_callback_error', payload }, false),
    );
  }

  #keepTelemetry(request: IncomingMessage, response: ServerResponse, body: string): void {
    const event = JSON.parse(body) as { token: string; event: string; timestamp: string };
    const isWhole = event.token === TOKEN && Math.abs(Date.parse(event.timestamp) - Date.now()) < 7_200_000;
    if (request.headers['content-type'] !== 'application/json' || !isWhole) return void response.writeHead(400, CORS).end();
    this.telemetry.push(event);
    response.writeHead(204, corsFor(new URL(request.url ?? '/', this.url), request)).end();
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const json = (response: ServerResponse, status: number, body: object): void =>
  void response.writeHead(status, { ...CORS, 'content-type': 'application/json' }).end(JSON.stringify(body));

const html = (response: ServerResponse, page: string): void =>
  void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);

function sendLogo(pathname: string, response: ServerResponse): void {
  const slug = (/([^/]+)\.svg$/.exec(pathname)?.[1] ?? '').split('-')[0] ?? '';
  const icon = (icons as unknown as Record<string, { path: string; hex: string } | undefined>)[
    `si${slug.charAt(0).toUpperCase()}${slug.slice(1)}`
  ];
  if (!icon) return void response.writeHead(404).end();
  response
    .writeHead(200, { 'content-type': 'image/svg+xml' })
    .end(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#${icon.hex}" d="${icon.path}"/></svg>`);
}
