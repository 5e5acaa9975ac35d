import type { Stack } from '#libs/testing';

export interface Reply<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

export interface CallOptions {
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Sent as it is, instead of `body` as JSON. */
  readonly raw?: string | Uint8Array;
  /** null leaves the Authorization header out. */
  readonly key?: string | null;
}

/** Talks to a stack as a customer's product does: HTTP and an API key. */
export class Api {
  constructor(private readonly stack: Pick<Stack, 'baseUrl' | 'secretKey'>) {}

  async call<Body = never>(method: string, path: string, options: CallOptions = {}): Promise<Reply<Body>> {
    const key = options.key === undefined ? this.stack.secretKey : options.key;
    const response = await fetch(`${this.stack.baseUrl}${path}`, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.raw === undefined && options.body === undefined ? {} : { body: options.raw ?? JSON.stringify(options.body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson && text !== '' ? JSON.parse(text) : text) as Body,
    };
  }

  get = <Body = never>(path: string, options?: CallOptions) => this.call<Body>('GET', path, options);
  post = <Body = never>(path: string, body?: unknown, options?: CallOptions) =>
    this.call<Body>('POST', path, { body, ...options });
  patch = <Body = never>(path: string, body?: unknown, options?: CallOptions) =>
    this.call<Body>('PATCH', path, { body, ...options });
  delete = <Body = never>(path: string, options?: CallOptions) => this.call<Body>('DELETE', path, options);
}

/** Headers that name a connection. */
export const of = (providerConfigKey: string, connectionId: string) => ({
  'provider-config-key': providerConfigKey,
  'connection-id': connectionId,
});

/** An integration of a bearer-key API with one connection whose calls go to `upstream`. */
export async function connect(
  api: Api,
  name: string,
  upstream: string,
  apiKey = `secret-of-${name}`,
): Promise<{ key: string; id: string }> {
  const key = name;
  const id = `${name}-connection`;
  await expectStatus(api.post('/integrations', { provider: 'private-api-bearer', unique_key: key }), 200);
  await expectStatus(
    api.post('/connections', {
      provider_config_key: key,
      connection_id: id,
      connection_config: { base_url: upstream },
      credentials: { type: 'API_KEY', apiKey },
    }),
    201,
  );
  return { key, id };
}

export async function expectStatus<Body>(pending: Promise<Reply<Body>>, status: number): Promise<Reply<Body>> {
  const reply = await pending;
  if (reply.status !== status) throw new Error(`expected ${status}, got ${reply.status}: ${reply.text.slice(0, 500)}`);
  return reply;
}
