import { type Answer, fieldsOf, textOf } from '#libs/token-http';
import type { OAuth2Dialect } from '../oauth2/oauth2-dialect.js';

/** `{ code, message, data }`: 0 is a success, whose fields are in `data`. */
function unwrapped(answer: Answer): Answer {
  const code = textOf(answer['code']) ?? '0';
  return code === '0' ? fieldsOf(answer['data']) : { error: `tiktok_${code}`, error_description: answer['message'] };
}

const ads: OAuth2Dialect = {
  request: ({ url, client, fields }) => ({
    url,
    json: { app_id: client.id, secret: client.secret, auth_code: fields['code'] },
  }),
  answer: unwrapped,
};

const accounts: OAuth2Dialect = {
  request: ({ url, client, fields: { code, ...fields } }) => ({
    url,
    json: { client_id: client.id, client_secret: client.secret, ...fields, ...(code !== undefined && { auth_code: code }) },
  }),
  answer: unwrapped,
};

const personal: OAuth2Dialect = {
  request: ({ url, client, fields }) => ({
    url,
    form: { client_key: client.id, ...(client.secret !== undefined && { client_secret: client.secret }), ...fields },
  }),
};

/** The three kinds of TikTok account (spec/auth.md §2.3). */
export const TIKTOK: Readonly<Record<string, OAuth2Dialect>> = {
  'tiktok-ads': ads,
  'tiktok-accounts': accounts,
  'tiktok-personal': personal,
};
