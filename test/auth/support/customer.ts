import { randomUUID } from 'node:crypto';
import type { StackAccess } from '#libs/testing';
import { Api, type Reply } from '../../e2e/support/api.js';
import { LiveResult, type LiveOutcome } from './live-result.js';
import { Nango, type PublishedClient, type PublishedConnection, type SessionOptions } from './published.js';
import { type Decision, type Landing, Visitor } from './visitor.js';

export interface Refusal {
  readonly error: { readonly code: string; readonly message?: string; readonly errors?: { path: string[] }[] };
}

export interface Connected {
  readonly connectionId: string;
  readonly providerConfigKey: string;
}

export interface FlowOptions {
  readonly session?: SessionOptions;
  /** Instead of a new session's. */
  readonly token?: string;
  /** Further parts of the query, such as `params[subdomain]`. */
  readonly query?: Readonly<Record<string, string>>;
  readonly decision?: Decision;
  readonly visitor?: Visitor;
}

export interface FlowEnd {
  /** What the page that waits is told. */
  readonly outcome: LiveOutcome;
  /** Page that the popup shows at last. */
  readonly landing: Landing;
}

/** A developer's product: the published SDK with an API key, and browsers of its users. */
export class Customer {
  readonly nango: PublishedClient;
  readonly api: Api;

  constructor(
    readonly stack: StackAccess,
    key = stack.secretKey,
  ) {
    this.nango = new Nango({ host: stack.baseUrl, apiKey: key });
    this.api = new Api({ baseUrl: stack.baseUrl, secretKey: key });
  }

  /** A new integration; answers its key. */
  async integration(provider: string, fields: object = {}): Promise<string> {
    const unique_key = `${provider}-${randomUUID().slice(0, 8)}`;
    await this.nango.createIntegration({ provider, unique_key, ...fields });
    return unique_key;
  }

  /** A token of a new Connect session. */
  async session(options: SessionOptions = {}): Promise<string> {
    const { data } = await this.nango.createConnectSession({ end_user: { id: `user-${randomUUID()}` }, ...options });
    return data.token;
  }

  /** Sends what a form of Connect UI sends. */
  async submit<Body = Connected>(
    path: string,
    key: string,
    body: unknown,
    { token, session, query = {} }: FlowOptions = {},
  ): Promise<Reply<Body>> {
    const all = new URLSearchParams({ connect_session_token: token ?? (await this.session(session)), ...query });
    return this.api.post<Body>(`${path}/${key}?${all.toString()}`, body, { key: null });
  }

  /** As `submit`, and it must succeed; answers the new connection's id. */
  async connect(path: string, key: string, body: unknown, options?: FlowOptions): Promise<string> {
    const reply = await this.submit(path, key, body, options);
    if (reply.status !== 200) throw new Error(`${path} answered ${reply.status}: ${reply.text}`);
    return reply.body.connectionId;
  }

  /** Where a popup is sent to. */
  async popupUrl(key: string, live: LiveResult, { token, session, query = {} }: FlowOptions = {}): Promise<string> {
    const all = new URLSearchParams({
      connect_session_token: token ?? (await this.session(session)),
      ws_client_id: live.clientId,
      ...query,
    });
    return `${this.stack.baseUrl}/oauth/connect/${key}?${all.toString()}`;
  }

  /** A whole flow through the provider's pages, as the frontend SDK sees it. */
  async flow(key: string, options: FlowOptions = {}): Promise<FlowEnd> {
    const live = await LiveResult.listen(this.stack.baseUrl);
    try {
      const visitor = options.visitor ?? new Visitor();
      const landing = await visitor.open(await this.popupUrl(key, live, options), options.decision);
      return { outcome: await live.outcome, landing };
    } finally {
      live.close();
    }
  }

  /** As `flow`, and it must succeed; answers the new connection's id. */
  async authorize(key: string, options?: FlowOptions): Promise<string> {
    const { outcome, landing } = await this.flow(key, options);
    if (outcome.message_type !== 'success' || outcome.connection_id === undefined) {
      throw new Error(`the flow ended with ${JSON.stringify(outcome)} at ${landing.status} ${landing.text.slice(0, 2000)}`);
    }
    return outcome.connection_id;
  }

  connection(key: string, id: string, force = false, refreshToken = false): Promise<PublishedConnection> {
    return this.nango.getConnection(key, id, force, refreshToken);
  }

  /** Whose account the provider sees behind a connection, through the proxy. @throws the answer of the API, if it is a refusal */
  async who(key: string, id: string, headers: Record<string, string> = {}): Promise<string> {
    const { data } = await this.nango.proxy({
      method: 'GET',
      providerConfigKey: key,
      connectionId: id,
      endpoint: '/me?q=a%20b',
      headers,
    });
    return (data as { who: string }).who;
  }
}
