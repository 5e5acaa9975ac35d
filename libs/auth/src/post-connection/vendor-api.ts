import type { AuthSubject, Credentials } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import {
  addressOf,
  failureOf,
  redacted,
  secretsOf,
  textOf,
  tokenAddress,
  type TokenHttp,
  type TokenRequest,
  tokenUrlTemplate,
} from '#libs/token-http';

/** What a call may say otherwise than the others. */
type Call = Pick<TokenRequest, 'method' | 'headers' | 'json' | 'form'>;

/** The API of a provider, as a connection that was just made may call it. */
export class VendorApi {
  constructor(
    readonly http: TokenHttp,
    readonly subject: AuthSubject,
    readonly credentials: Credentials,
  ) {}

  get token(): string {
    return textOf(this.credentials['access_token']) ?? textOf(this.credentials['token']) ?? '';
  }

  /** Under the provider's base URL. */
  at(path: string): string {
    const { provider, connectionConfig } = this.subject;
    const base = addressOf(provider.proxy?.base_url, connectionConfig, 'proxy.base_url', (value) => value);
    return `${base.replace(/\/+$/, '')}${path}`;
  }

  /** On the host that gave the token. */
  atTokenHost(path: string): string {
    const { provider, connectionConfig } = this.subject;
    return new URL(path, tokenAddress(provider, tokenUrlTemplate(provider), connectionConfig)).href;
  }

  get(path: string): Promise<unknown> {
    return this.call(this.at(path), { method: 'GET' });
  }

  /**
   * The body of a successful answer.
   * @throws AppError `upstream_unreachable` when there is none, with the provider's reason
   */
  async call(url: string, { headers, ...own }: Call): Promise<unknown> {
    const request: TokenRequest = { url, headers: { authorization: `Bearer ${this.token}`, ...headers }, ...own };
    const { status, body } = await this.http.send(request);
    const failure = failureOf({ status, body });
    if (!failure) return body;
    const why = redacted(failure.description ?? failure.code ?? '', secretsOf(request));
    throw new AppError(
      'upstream_unreachable',
      `${new URL(url).host} answered with status ${status}${why === '' ? '' : `: ${why}`}`,
    );
  }
}
