import type { AuthMode, AuthSubject, Credentials, Minted, MintInput } from '#libs/auth-modes';
import { addressOf, fieldsOf, textOf, type TokenHttp, type TokenRequest, tokenUrlTemplate } from '#libs/token-http';
import { askProvider, noToken, type Purpose } from './ask-provider.js';
import { textsOf } from './domain/inputs.js';
import { endOf } from './domain/lifetimes.js';

/** Sessions that are not used end after 35 minutes; nothing tells how long ago one was used. */
const LIFETIME_MS = 35 * 60_000;

const INPUTS = ['username', 'password', 'organization_id', 'dev_key'] as const;
type Login = Record<(typeof INPUTS)[number], string>;

/** BILL (spec/auth.md §2.14): a login that gives a session. */
export class BillMode implements AuthMode {
  constructor(private readonly http: TokenHttp) {}

  async mint(subject: AuthSubject, input: MintInput): Promise<Minted> {
    return this.#login(subject, textsOf(subject.provider.credentials, input, INPUTS), 'mint');
  }

  async refresh(subject: AuthSubject, credentials: Credentials): Promise<Minted> {
    return this.#login(subject, textsOf({}, credentials, INPUTS), 'refresh');
  }

  async #login({ provider, connectionConfig }: AuthSubject, login: Login, purpose: Purpose): Promise<Minted> {
    const { username, password, organization_id: organizationId, dev_key: devKey } = login;
    const request: TokenRequest = {
      url: addressOf(tokenUrlTemplate(provider), connectionConfig, 'token_url'),
      json: { username, password, organizationId, devKey },
    };
    const { status, body } = await askProvider(this.http, request, purpose);
    const answer = fieldsOf(body);
    const sessionId = textOf(answer['sessionId']);
    if (sessionId === undefined) throw noToken(purpose, status, request, 'sessionId');
    const userId = textOf(answer['userId']);
    return {
      credentials: {
        type: 'BILL',
        ...login,
        session_id: sessionId,
        ...(userId !== undefined && { user_id: userId }),
        expires_at: endOf(new Date(), LIFETIME_MS),
        raw: body,
      },
    };
  }
}
