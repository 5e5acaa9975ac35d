import type { OAuth2Dialect } from '../oauth2/oauth2-dialect.js';

/** Sentry's installations: JSON both ways, in camel case (spec/auth.md §2.3). The code comes with the installation webhook. */
export const SENTRY: OAuth2Dialect = {
  request: ({ url, client, grant, fields: { code, refresh_token: refreshToken } }) => ({
    url,
    json: {
      grant_type: grant,
      ...(code !== undefined && { code }),
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      client_id: client.id,
      client_secret: client.secret,
    },
  }),
  answer: ({ token, refreshToken, expiresAt, ...answer }) => ({
    access_token: token,
    refresh_token: refreshToken,
    expires_at: expiresAt,
    ...answer,
  }),
};
