/** HTTP towards providers' authorization servers, and what their answers mean (spec/auth.md §1.6, §4, §6.8). */
export { basicHeader, type OAuthClient, privateKeyJwt, strictBasicHeader } from './client-authentication.js';
export {
  addressIn,
  addressOf,
  fillAddress,
  fillParam,
  missingParams,
  tokenAddress,
  tokenUrlTemplate,
} from './domain/addresses.js';
export { expiryOfAnswer, momentOf } from './domain/expiry.js';
export { clientOf, clientOfCredentials } from './domain/oauth-client.js';
export { algorithmOf, privateKeyOf } from './domain/private-key.js';
export { failureOf, type ProviderFailure } from './domain/provider-failure.js';
export { redacted, secretsOf } from './domain/redaction.js';
export { tokenMetadata } from './domain/token-metadata.js';
export { type Answer, fieldsOf, numberOf, textOf, valueAt } from './domain/values.js';
export {
  answered,
  requestToken,
  requestTokenFields,
  tokenError,
  type TokenErrorCode,
  type TokenErrorPayload,
} from './request-token.js';
export { TokenHttp, type TokenHttpOptions } from './token-http.js';
export type { TokenReply, TokenRequest } from './token-http.types.js';
