/** Whose fault an error is. It decides the log level, whether a retry makes sense and what the caller is told. */
export type Fault = 'user' | 'provider' | 'us';

export interface ErrorKind {
  /** HTTP status the error is answered with, unless the place that throws it overrides it. */
  readonly status: number;
  readonly fault: Fault;
  /** `classic` errors always carry a `payload`, by default an empty object (wire contract, spec/api.md §2.1). */
  readonly classic?: true;
}

/**
 * Every error code Fairlead answers with. Codes are API: adding one is a minor change, renaming one a major one.
 * Source: spec/api.md §1.2 and §2.2.
 */
export const ERRORS = {
  missing_auth_header: { status: 401, fault: 'user', classic: true },
  malformed_auth_header: { status: 401, fault: 'user', classic: true },
  invalid_secret_key_format: { status: 401, fault: 'user', classic: true },
  unknown_account: { status: 401, fault: 'user', classic: true },
  invalid_connect_session_token_format: { status: 401, fault: 'user', classic: true },
  unknown_connect_session_token: { status: 401, fault: 'user', classic: true },
  missing_public_key: { status: 401, fault: 'user', classic: true },
  invalid_public_key: { status: 401, fault: 'user', classic: true },
  deprecated_authentication: { status: 401, fault: 'user' },
  forbidden: { status: 403, fault: 'user' },
  invalid_body: { status: 400, fault: 'user' },
  invalid_query_params: { status: 400, fault: 'user' },
  invalid_uri_params: { status: 400, fault: 'user' },
  invalid_headers: { status: 400, fault: 'user' },
  invalid_json: { status: 400, fault: 'user' },
  invalid_content_type: { status: 415, fault: 'user' },
  invalid_cli_version: { status: 400, fault: 'user', classic: true },
  request_too_large: { status: 413, fault: 'user' },
  too_many_request: { status: 429, fault: 'user' },
  rate_limited: { status: 429, fault: 'user' },
  not_found: { status: 404, fault: 'user' },
  disabled_resource: { status: 404, fault: 'user' },
  ambiguous_function: { status: 409, fault: 'user' },
  function_managed_by_deploy: { status: 400, fault: 'user' },
  conflict: { status: 409, fault: 'user' },
  unknown_connection: { status: 400, fault: 'user' },
  unknown_provider_config: { status: 404, fault: 'user', classic: true },
  unknown_environment: { status: 404, fault: 'user' },
  feature_disabled: { status: 404, fault: 'user' },
  unknown_provider_template: { status: 404, fault: 'user' },
  unknown_provider: { status: 400, fault: 'user' },
  unsupported_provider: { status: 400, fault: 'user' },
  no_syncs_found: { status: 400, fault: 'user', classic: true },
  unknown_sync: { status: 400, fault: 'user' },
  invalid_variant: { status: 400, fault: 'user' },
  sync_variant_already_exists: { status: 400, fault: 'user' },
  missing_provider_config: { status: 400, fault: 'user', classic: true },
  missing_access_token: { status: 400, fault: 'user', classic: true },
  missing_expires_at: { status: 400, fault: 'user', classic: true },
  invalid_expires_at: { status: 400, fault: 'user', classic: true },
  missing_basic_username: { status: 400, fault: 'user', classic: true },
  missing_api_key: { status: 400, fault: 'user', classic: true },
  missing_app_id: { status: 400, fault: 'user', classic: true },
  missing_installation_id: { status: 400, fault: 'user', classic: true },
  missing_provider_config_key: { status: 400, fault: 'user' },
  resource_capped: { status: 400, fault: 'user' },
  invalid_auth_mode: { status: 400, fault: 'user' },
  integration_not_allowed: { status: 400, fault: 'user' },
  invalid_connection: { status: 400, fault: 'user' },
  missing_hmac: { status: 400, fault: 'user', classic: true },
  invalid_hmac: { status: 400, fault: 'user', classic: true },
  missing_client_id: { status: 400, fault: 'user', classic: true },
  missing_client_secret: { status: 400, fault: 'user', classic: true },
  missing_aws_sigv4_service: { status: 400, fault: 'user', classic: true },
  missing_aws_sigv4_region: { status: 400, fault: 'user', classic: true },
  missing_aws_sigv4_role_arn: { status: 400, fault: 'user', classic: true },
  missing_aws_sigv4_sts_endpoint: { status: 400, fault: 'user', classic: true },
  missing_aws_sigv4_builtin_credentials: { status: 400, fault: 'user', classic: true },
  missing_aws_sigv4_external_id: { status: 400, fault: 'user', classic: true },
  invalid_aws_sigv4_config: { status: 400, fault: 'user', classic: true },
  aws_sigv4_sts_request_failed: { status: 502, fault: 'provider', classic: true },
  auth_mode_err: { status: 400, fault: 'user' },
  callback_err: { status: 400, fault: 'provider' },
  state_err: { status: 400, fault: 'user' },
  state_cookie_err: { status: 400, fault: 'user' },
  token_err: { status: 400, fault: 'provider' },
  url_param_err: { status: 400, fault: 'user' },
  provider_config_err: { status: 400, fault: 'user' },
  unknown_config_key: { status: 400, fault: 'user' },
  invalid_credentials: { status: 424, fault: 'provider' },
  refresh_token_external_error: { status: 400, fault: 'provider' },
  connection_refresh_exhausted: { status: 424, fault: 'provider', classic: true },
  connection_refresh_backoff: { status: 424, fault: 'provider', classic: true },
  connection_test_failed: { status: 400, fault: 'provider' },
  connection_validation_failed: { status: 400, fault: 'user' },
  missing_api_url: { status: 400, fault: 'user' },
  missing_provider: { status: 400, fault: 'user' },
  unsupported_auth: { status: 400, fault: 'user' },
  invalid_certificate_or_key_format: { status: 400, fault: 'user' },
  base_url_override_disabled: { status: 400, fault: 'user' },
  base_url_override_not_allowed: { status: 400, fault: 'user' },
  proxy_redirect_to_denied_host: { status: 400, fault: 'user' },
  upstream_unreachable: { status: 500, fault: 'provider' },
  concurrent_deployment: { status: 409, fault: 'user', classic: true },
  functions_deployment_error: { status: 500, fault: 'us' },
  integration_not_found: { status: 404, fault: 'user' },
  deploy_missing_json_schema_model: { status: 400, fault: 'user', classic: true },
  file_upload_error: { status: 500, fault: 'us', classic: true },
  idempotency_key_reused: { status: 422, fault: 'user' },
  invalid_action_input: { status: 400, fault: 'user' },
  invalid_action_output: { status: 400, fault: 'user' },
  action_script_failure: { status: 500, fault: 'user', classic: true },
  sync_script_failure: { status: 500, fault: 'user', classic: true },
  webhook_script_failure: { status: 500, fault: 'user', classic: true },
  on_event_script_failure: { status: 500, fault: 'user', classic: true },
  action_script_runtime_error: { status: 500, fault: 'user', classic: true },
  script_http_error: { status: 424, fault: 'provider' },
  script_api_rate_limit_error: { status: 424, fault: 'user' },
  script_network_error: { status: 500, fault: 'provider', classic: true },
  script_internal_error: { status: 500, fault: 'user', classic: true },
  script_output_too_large: { status: 400, fault: 'user', classic: true },
  script_aborted: { status: 410, fault: 'user', classic: true },
  execution_timeout: { status: 500, fault: 'user', classic: true },
  unknown_provider_template_in_config: { status: 500, fault: 'user' },
  function_runtime_out_of_memory: { status: 500, fault: 'user', classic: true },
  function_runtime_timed_out: { status: 500, fault: 'user', classic: true },
  function_runtime_other: { status: 500, fault: 'us', classic: true },
  queue_full: { status: 429, fault: 'user' },
  compilation_error: { status: 400, fault: 'user' },
  validation_error: { status: 400, fault: 'user' },
  invalid_request: { status: 400, fault: 'user' },
  invalid_invocation: { status: 400, fault: 'user' },
  dryrun_error: { status: 500, fault: 'user' },
  deployment_error: { status: 500, fault: 'user' },
  timeout: { status: 504, fault: 'user' },
  execution_environment_unavailable: { status: 503, fault: 'us' },
  function_disabled: { status: 403, fault: 'user' },
  connection_not_found: { status: 404, fault: 'user' },
  dryrun_not_found: { status: 404, fault: 'user' },
  deployment_not_found: { status: 404, fault: 'user' },
  template_not_found: { status: 404, fault: 'user' },
  unknown_function: { status: 404, fault: 'user' },
  not_implemented: { status: 501, fault: 'user' },
  checkpoint_conflict: { status: 409, fault: 'user' },
  invalid_record: { status: 400, fault: 'user' },
  unknown_model: { status: 400, fault: 'user' },
  invalid_execution_token: { status: 401, fault: 'user' },
  database_unavailable: { status: 503, fault: 'us' },
  encryption_key_missing: { status: 500, fault: 'us' },
  encryption_key_unknown: { status: 500, fault: 'us' },
  server_error: { status: 500, fault: 'us' },
  generic_error_support: { status: 500, fault: 'us', classic: true },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** One problem of a request, as zod names it; array indexes in `path` are strings (spec/api.md §2.1). */
export interface ErrorIssue {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[];
}

export interface AppErrorOptions {
  /** Machine-readable details for the caller. */
  readonly payload?: unknown;
  /** Overrides the catalogue's status where the contract wants another one on one endpoint. */
  readonly status?: number;
  /** Present on validation errors: what is wrong, field by field. */
  readonly issues?: readonly ErrorIssue[];
  /** Further fields of the `error` object on the wire, such as `upstream`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** When another try makes sense, from now on; answered as `Retry-After`. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** The one error type of Fairlead: a catalogued code, a sentence for people and details for programs. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly status: number;
  readonly fault: Fault;
  readonly payload: unknown;
  readonly issues: readonly ErrorIssue[] | undefined;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message = '',
    options: AppErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const kind: ErrorKind = ERRORS[code];
    this.status = options.status ?? kind.status;
    this.fault = kind.fault;
    this.payload = options.payload;
    this.issues = options.issues;
    this.extra = options.extra ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The `error` object of the wire envelope (spec/api.md §2.1). */
export interface ErrorBody {
  readonly code: string;
  readonly message?: string;
  readonly errors?: readonly ErrorIssue[];
  readonly payload?: unknown;
  readonly [extra: string]: unknown;
}

/** Renders an error for the wire in the shape its code asks for. */
export function toErrorBody(error: AppError): ErrorBody {
  if (error.issues)
    return { code: error.code, errors: error.issues, ...(error.message === '' ? {} : { message: error.message }) };
  const kind: ErrorKind = ERRORS[error.code];
  const payload = error.payload ?? (kind.classic ? {} : undefined);
  return {
    ...(error.message === '' ? {} : { message: error.message }),
    code: error.code,
    ...(payload === undefined ? {} : { payload }),
    ...error.extra,
  };
}

/** Narrows whatever was thrown to an AppError; anything unknown becomes `generic_error_support` with its cause kept. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError('generic_error_support', message, { cause: thrown });
}
