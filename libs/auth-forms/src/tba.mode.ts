import type { AuthMode, AuthSubject, Minted, MintInput } from '#libs/auth-modes';
import { clientOf, textOf } from '#libs/token-http';
import { refuse, required, textsOf } from './domain/inputs.js';

/** NetSuite's token-based authentication (spec/auth.md §2.11): a secret in four parts, with which every request is signed. */
export const tbaMode: AuthMode = {
  async mint(subject: AuthSubject, input: MintInput): Promise<Minted> {
    const token = textsOf(subject.provider.credentials, input, ['token_id', 'token_secret']);
    if (textOf(subject.connectionConfig['accountId']) === undefined) refuse([required('connection_config', 'accountId')]);
    const id = textOf(input['oauth_client_id_override']);
    const secret = textOf(input['oauth_client_secret_override']);
    const own = { ...(id !== undefined && { client_id: id }), ...(secret !== undefined && { client_secret: secret }) };
    const isOwn = Object.keys(own).length > 0;
    return {
      credentials: { type: 'TBA', ...token, ...(isOwn && { config_override: own }) },
      connectionConfig: id !== undefined && secret !== undefined ? {} : consumerOf(subject),
    };
  },
};

/** Whoever reads the connection may sign with its integration's consumer too. Errors as of `clientOf`. */
function consumerOf({ integration }: AuthSubject): Minted['connectionConfig'] {
  const { id, secret } = clientOf({ integration, connectionConfig: {} });
  return { oauth_client_id: id, oauth_client_secret: secret };
}
