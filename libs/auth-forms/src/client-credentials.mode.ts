import type { AuthMode, AuthSubject, Credentials, Minted, MintInput } from '#libs/auth-modes';
import { type Answer, fieldsOf, textOf, type TokenHttp, tokenMetadata } from '#libs/token-http';
import { askProvider, noToken, type Purpose } from './ask-provider.js';
import { grantedToken } from './domain/client-credentials-answer.js';
import { clientCredentialsRequest, type GivenClient } from './domain/client-credentials-request.js';
import { declaredInputs, refuse, required } from './domain/inputs.js';

/** OAuth 2 of a client that asks for itself (spec/auth.md §2.7). */
export class ClientCredentialsMode implements AuthMode {
  constructor(private readonly http: TokenHttp) {}

  async mint(subject: AuthSubject, input: MintInput): Promise<Minted> {
    const client = clientOf(declaredInputs({ client_id: {}, ...subject.provider.credentials }, input));
    if (client.secret === '' && client.privateKey === undefined) refuse([required('client_secret')]);
    return this.#ask(subject, client, 'mint');
  }

  async refresh(subject: AuthSubject, credentials: Credentials): Promise<Minted> {
    return this.#ask(subject, clientOf(credentials), 'refresh');
  }

  isRenewable(_subject: AuthSubject, credentials: Credentials): boolean {
    const { id, secret, privateKey } = clientOf(credentials);
    return id !== '' && (secret !== '' || privateKey !== undefined);
  }

  async #ask(subject: AuthSubject, client: GivenClient, purpose: Purpose): Promise<Minted> {
    const request = await clientCredentialsRequest(subject, client);
    const { status, body } = await askProvider(this.http, request, purpose);
    const granted = grantedToken(fieldsOf(body), subject.provider, new Date());
    if (!granted) throw noToken(purpose, status, request);
    return {
      credentials: {
        type: 'OAUTH2_CC',
        ...granted,
        client_id: client.id,
        client_secret: client.secret,
        ...(client.certificate !== undefined && { client_certificate: client.certificate }),
        ...(client.privateKey !== undefined && { client_private_key: client.privateKey }),
        raw: body,
      },
      ...(purpose === 'mint' && { connectionConfig: tokenMetadata(subject.provider, body) }),
    };
  }
}

const clientOf = (given: Answer): GivenClient => ({
  id: textOf(given['client_id']) ?? '',
  secret: textOf(given['client_secret']) ?? '',
  privateKey: textOf(given['client_private_key']),
  certificate: textOf(given['client_certificate']),
});
