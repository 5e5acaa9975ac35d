import type { AuthMode, AuthSubject, BeginRequest, Begun, Credentials, FinishRequest, Minted } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import { type Answer, fieldsOf, numberOf, textOf, type TokenHttp } from '#libs/token-http';
import { OAuth2Mode } from '../oauth2/oauth2.mode.js';

/** The sooner of the two tokens' ends, since whoever uses a connection may use both. */
function withSoonerEnd(answer: Answer): Answer {
  const ends = [answer, fieldsOf(answer['authed_user'])].flatMap((part) => {
    const seconds = numberOf(part['expires_in']);
    return seconds === undefined || seconds <= 0 ? [] : [seconds];
  });
  return ends.length === 0 ? answer : { ...answer, expires_in: Math.min(...ends) };
}

/** Slack gives an app's token and the user's own at once, each with its refresh token (spec/auth.md §2.3). */
export class SlackMode implements AuthMode {
  readonly #oauth: OAuth2Mode;

  constructor(http: TokenHttp) {
    this.#oauth = new OAuth2Mode(http, { answer: withSoonerEnd });
  }

  begin(subject: AuthSubject, request: BeginRequest): Promise<Begun> {
    return this.#oauth.begin(subject, request);
  }

  finish(subject: AuthSubject, request: FinishRequest): Promise<Minted> {
    return this.#oauth.finish(subject, request);
  }

  isRenewable(subject: AuthSubject, credentials: Credentials): boolean {
    return this.#oauth.isRenewable(subject, credentials);
  }

  /** The app's token first: when that fails, the user's has not been used up. */
  async refresh(subject: AuthSubject, credentials: Credentials): Promise<Minted | null> {
    const minted = await this.#oauth.refresh(subject, credentials);
    if (!minted) return null;
    const user = fieldsOf(fieldsOf(credentials['raw'])['authed_user']);
    const userToken = textOf(user['refresh_token']);
    const answer = fieldsOf(minted.credentials['raw']);
    // One token was both: the app has none of its own.
    if (userToken === undefined) return joined(minted, user, {});
    if (userToken === credentials['refresh_token']) return joined(minted, user, answer);
    return joined(minted, user, await this.#userTokens(subject, credentials, userToken));
  }

  /** None where it fails: the user's old token may go on for a while, and the app's new one must not be lost. */
  async #userTokens(subject: AuthSubject, credentials: Credentials, refreshToken: string): Promise<Answer> {
    try {
      const minted = await this.#oauth.refresh(subject, { ...credentials, refresh_token: refreshToken });
      return fieldsOf(minted?.credentials['raw']);
    } catch (error) {
      if (error instanceof AppError) return {};
      throw error;
    }
  }
}

const TOKEN_FIELDS = ['access_token', 'refresh_token', 'expires_in', 'scope'];

/** Puts the user's new token where Slack's first answer had it. */
function joined({ credentials, ...minted }: Minted, user: Answer, renewed: Answer): Minted {
  if (Object.keys(user).length === 0) return { ...minted, credentials };
  const nested = fieldsOf(renewed['authed_user']);
  const given = TOKEN_FIELDS.flatMap((name) => {
    const value = nested[name] ?? renewed[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const raw = { ...fieldsOf(credentials['raw']), authed_user: { ...user, ...Object.fromEntries(given) } };
  return { ...minted, credentials: { ...credentials, ...soonerEnd(credentials, renewed), raw } };
}

function soonerEnd({ expires_at: end }: Credentials, renewed: Answer): { expires_at?: string } {
  const seconds = numberOf(renewed['expires_in']);
  if (seconds === undefined || typeof end !== 'string') return {};
  return { expires_at: new Date(Math.min(Date.parse(end), Date.now() + seconds * 1000)).toISOString() };
}
