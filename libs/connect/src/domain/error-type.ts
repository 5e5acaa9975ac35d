import type { AppError, ErrorCode } from '#libs/kernel';

/** Reasons a page and a websocket are given (spec/auth.md §3.5). */
export type ErrorType =
  | 'auth_mode_err'
  | 'connection_not_found'
  | 'callback_err'
  | 'account_or_environment_retrieval_err'
  | 'provider_config_err'
  | 'state_err'
  | 'state_cookie_err'
  | 'token_err'
  | 'unknown_config_key'
  | 'url_param_err'
  | 'connection_test_failed'
  | 'connection_validation_failed'
  | 'unknown_err'
  | 'missing_hmac'
  | 'invalid_hmac';

const TYPES: Partial<Record<ErrorCode, ErrorType>> = {
  auth_mode_err: 'auth_mode_err',
  invalid_auth_mode: 'auth_mode_err',
  invalid_connection: 'connection_not_found',
  callback_err: 'callback_err',
  provider_config_err: 'provider_config_err',
  unknown_provider_template: 'provider_config_err',
  integration_not_allowed: 'provider_config_err',
  state_err: 'state_err',
  state_cookie_err: 'state_cookie_err',
  token_err: 'token_err',
  invalid_credentials: 'token_err',
  unknown_config_key: 'unknown_config_key',
  unknown_provider_config: 'unknown_config_key',
  not_found: 'unknown_config_key',
  url_param_err: 'url_param_err',
  invalid_body: 'url_param_err',
  invalid_query_params: 'url_param_err',
  invalid_uri_params: 'unknown_config_key',
  connection_test_failed: 'connection_test_failed',
  connection_validation_failed: 'connection_validation_failed',
  missing_hmac: 'missing_hmac',
  invalid_hmac: 'invalid_hmac',
  missing_public_key: 'account_or_environment_retrieval_err',
  invalid_public_key: 'account_or_environment_retrieval_err',
  unknown_account: 'account_or_environment_retrieval_err',
  deprecated_authentication: 'account_or_environment_retrieval_err',
  invalid_connect_session_token_format: 'account_or_environment_retrieval_err',
  unknown_connect_session_token: 'account_or_environment_retrieval_err',
};

export const errorTypeOf = ({ code }: Pick<AppError, 'code'>): ErrorType => TYPES[code] ?? 'unknown_err';

/** What an end user may read: errors of ours say no more than that they happened. */
export function describe(error: AppError): string {
  if (error.fault === 'us') return 'an internal error occurred';
  if (error.message !== '') return error.message;
  if (error.issues) return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  return error.code;
}

/** `error.type` of the webhook: a browser that came back without a code has a name of its own there (spec/auth.md §3.4). */
export const webhookErrorOf = ({ code }: Pick<AppError, 'code'>): string => (code === 'callback_err' ? 'invalid_callback' : code);
