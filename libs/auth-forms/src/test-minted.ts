import type { AppError } from '#libs/kernel';
import { OPEN_POLICY, type Upstream } from '#libs/testing';
import { TokenHttp, type TokenReply, type TokenRequest } from '#libs/token-http';

/** What a provider of a test answers. */
export type Reply = Awaited<ReturnType<Parameters<Upstream['on']>[2]>>;

/** The error of a promise that must fail. */
export const errorOf = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    (value) => {
      throw new TypeError(`no error, but ${JSON.stringify(value)}`);
    },
    (error: AppError) => error,
  );

interface Told {
  readonly code: string;
  readonly status?: number;
  readonly payload?: object;
}

/** What an answer of a provider is told as, where credentials are made and where they are renewed. */
export const ODD_ANSWERS: readonly (readonly [string, Reply, Told, Told])[] = [
  ['a wrong secret', { status: 401, body: { error: 'invalid_client' } }, no(401), later(401)],
  ['a refusal with status 200', { body: { ok: false, error: 'bad_login' } }, no(200), later(200)],
  ['a grant that is gone', { status: 400, body: { error: 'invalid_grant' } }, no(400, true), later(400, true)],
  ['a server that is ill', { status: 503, body: 'busy' }, token(503), later(503)],
  ['a limit', { status: 429, body: {} }, token(429), later(429)],
  ['a redirect that leads nowhere', { status: 302, body: '' }, token(302), later(302)],
  ['an answer without a token', { body: { hello: 'world' } }, token(200), later(200)],
  ['a page', { body: '<html><p>Hello</html>' }, token(200), later(200)],
  ['nothing', { status: 204 }, token(204), later(204)],
  [
    'a connection that is cut off',
    { destroy: true },
    { code: 'token_err', status: 400 },
    { code: 'refresh_token_external_error', payload: { permanent: false } },
  ],
];

function no(status: number, permanent = false): Told {
  return { code: 'invalid_credentials', status: 400, payload: { status, permanent } };
}

function token(status: number): Told {
  return { code: 'token_err', status: 400, payload: { status, permanent: false } };
}

function later(status: number, permanent = false): Told {
  return { code: 'refresh_token_external_error', status: 400, payload: { status, permanent } };
}

/** A client that finds every provider somewhere else. */
export class ReroutedHttp extends TokenHttp {
  /** @param route the address, without a query, to call instead */
  constructor(private readonly route: (url: URL) => string) {
    super({ policy: OPEN_POLICY, timeoutMs: 5_000 });
  }

  override send(request: TokenRequest): Promise<TokenReply> {
    const url = new URL(request.url);
    return super.send({ ...request, url: this.route(url) + url.search });
  }
}
