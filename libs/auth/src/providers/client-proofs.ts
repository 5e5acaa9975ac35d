import { basicHeader, momentOf, type TokenRequest } from '#libs/token-http';
import type { TokenCall } from '../oauth2/domain/token-call.js';
import type { OAuth2Dialect } from '../oauth2/oauth2-dialect.js';

/** Id and secret in the header alone. */
const inHeader = ({ url, client, fields }: TokenCall): TokenRequest => ({
  url,
  headers: { authorization: basicHeader(client.id, client.secret ?? '') },
  form: fields,
});

/** Public clients: the id names them, nothing proves it. */
const idOnly = ({ url, client, fields }: TokenCall): TokenRequest => ({ url, form: { client_id: client.id, ...fields } });

/** Follow Up Boss wants the state of the authorize call back. */
const followUpBoss: OAuth2Dialect = {
  request: (call) =>
    inHeader({ ...call, fields: { ...call.fields, ...(call.query['state'] && { state: call.query['state'] }) } }),
};

/** Stripe knows a client by its secret key as user name, and refuses parameters that it does not know. */
const stripe: OAuth2Dialect = {
  request: ({ url, client, grant, fields }) => {
    const { code, refresh_token: refreshToken } = fields;
    const own = refreshToken === undefined ? { code: code! } : { refresh_token: refreshToken };
    return { url, headers: { authorization: basicHeader(client.secret ?? '', '') }, form: { grant_type: grant, ...own } };
  },
  lifetimeS: 3600,
};

/** Clover reads JSON, proves nobody at renewals and tells when tokens end in words of its own. */
const clover: OAuth2Dialect = {
  request: ({ url, client, grant, fields }) =>
    grant === 'refresh_token'
      ? { url, json: { client_id: client.id, refresh_token: fields['refresh_token'] } }
      : { url, json: { client_id: client.id, client_secret: client.secret, ...fields } },
  answer: (answer) => ({ ...answer, expires_at: momentOf(answer['access_token_expiration'])?.toISOString() }),
};

/** Providers that know their clients otherwise than the catalogue can say (spec/auth.md §2.3). */
export const CLIENT_PROOFS: Readonly<Record<string, OAuth2Dialect>> = {
  agiloft: { request: inHeader },
  clover,
  fanvue: { request: inHeader },
  followupboss: followUpBoss,
  heygen: { request: idOnly },
  jobber: { lifetimeS: 3600 },
  mercury: { request: ({ url, fields }) => ({ url, form: fields }) },
  'posthog-oauth': { request: idOnly },
  'stripe-app': stripe,
  'stripe-app-sandbox': stripe,
  'workday-oauth': { request: inHeader, lifetimeS: 3600 },
};
