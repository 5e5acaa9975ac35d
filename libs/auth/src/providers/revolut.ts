import type { KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { AppError } from '#libs/kernel';
import { privateKeyOf, textOf } from '#libs/token-http';
import type { TokenCall } from '../oauth2/domain/token-call.js';
import type { OAuth2Dialect } from '../oauth2/oauth2-dialect.js';

/** Where the host of the callback URL is kept: renewals have to name it, and have no callback. */
const ISSUER = 'oauth_assertion_issuer';
const LIFETIME_S = 300;

async function assertion({ client, callbackUrl, connectionConfig }: TokenCall): Promise<string> {
  const issuer = callbackUrl === undefined ? textOf(connectionConfig[ISSUER]) : new URL(callbackUrl).host;
  const expiresAt = Math.floor(Date.now() / 1000) + LIFETIME_S;
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(issuer ?? '')
    .setSubject(client.id)
    .setAudience('https://revolut.com')
    .setExpirationTime(expiresAt)
    .sign(keyOf(client.secret ?? ''));
}

function keyOf(secret: string): KeyObject {
  try {
    return privateKeyOf(secret).key;
  } catch {
    throw new AppError('provider_config_err', "the client secret of Revolut Business is the certificate's private key, in PEM");
  }
}

/** Revolut Business: clients sign, with the host that users come back to as issuer (spec/auth.md §2.3). */
export const REVOLUT: OAuth2Dialect = {
  request: async (call) => ({
    url: call.url,
    form: {
      ...call.fields,
      client_id: call.client.id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion(call),
    },
  }),
  complete: async (minted, { call: { callbackUrl } }) =>
    callbackUrl === undefined ? minted : { ...minted, connectionConfig: { [ISSUER]: new URL(callbackUrl).host } },
};
