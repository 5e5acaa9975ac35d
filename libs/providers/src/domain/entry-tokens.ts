import { z } from 'zod';
import { text } from './entry-inputs.js';

const params = z.record(z.string(), text);
const nestedParams = z.record(z.string(), z.unknown());
const method = z.enum(['GET', 'POST']);

const tokenStep = z.strictObject({
  token_url: z.string(),
  token_params: nestedParams.optional(),
  token_headers: params.optional(),
  token_request_method: method.optional(),
  body_format: z.enum(['form', 'json', 'xml']).optional(),
});

const assertion = z.strictObject({
  type: z.enum(['saml', 'jwt']).optional(),
  key: z.string().optional(),
  issuer: z.string().optional(),
  audiences: z.union([z.string(), z.array(z.string())]).optional(),
  recipient: z.string().optional(),
  sessionIndex: z.string().optional(),
  nameIdentifier: z.string().optional(),
  attributes: nestedParams.optional(),
  lifetimeInSeconds: z.union([z.number(), z.string()]).optional(),
  header: nestedParams.optional(),
  payload: nestedParams.optional(),
});

/** Tokens made or fetched from other credentials (spec/auth.md §1.7). */
export const tokenFields = {
  signature: z
    .strictObject({ protocol: z.enum(['RSA', 'EC', 'HMAC', 'WSSE']), hmac_secret_encoding: z.enum(['hex', 'utf8']).optional() })
    .optional(),
  token: z
    .strictObject({
      signing_key: z.string().optional(),
      expires_in_ms: z.number().nonnegative().optional(),
      header: nestedParams.optional(),
      payload: nestedParams.optional(),
    })
    .optional(),
  token_headers: params.optional(),
  token_request_method: method.optional(),
  token_response: z
    .strictObject({
      token: z.string(),
      token_expiration: z.string().optional(),
      token_expiration_strategy: z.enum(['expireAt', 'expireIn']).optional(),
      refresh_token: z.string().optional(),
    })
    .optional(),
  token_expires_in_ms: z.number().nonnegative().optional(),
  token_response_headers: z.array(z.string()).optional(),
  additional_steps: z.array(tokenStep).optional(),
  refresh_token_params: nestedParams.optional(),
  refresh_token_headers: params.optional(),
  assertion: assertion.optional(),
};
