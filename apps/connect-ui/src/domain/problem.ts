/** One wrong value of a request, as the API names it. */
export interface Issue {
  readonly path: readonly string[];
  readonly message: string;
}

/** Why something did not work: a code of the API or of this page, and the text that came with it. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    message = '',
    readonly status?: number,
    readonly issues: readonly Issue[] = [],
  ) {
    super(message);
  }
}

export const toProblem = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem('unknown_error', error instanceof Error ? error.message : String(error));

/** What a person is told: each has a title and a cure in every language (`problems.<kind>` of the locales). */
export const PROBLEM_KINDS = [
  'missing_token',
  'late_token',
  'expired',
  'unreachable',
  'connection_lost',
  'popup_blocked',
  'popup_closed',
  'credentials',
  'validation',
  'refused',
  'token',
  'state',
  'input',
  'setup',
  'capped',
  'server',
  'unknown',
] as const;
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

const CODES: Readonly<Partial<Record<ProblemKind, readonly string[]>>> = {
  missing_token: ['missing_session_token'],
  late_token: ['session_token_timeout'],
  unreachable: ['unreachable'],
  connection_lost: ['connection_lost'],
  popup_blocked: ['blocked_by_browser'],
  popup_closed: ['window_closed'],
  credentials: ['connection_test_failed', 'invalid_credentials', 'aws_sigv4_sts_request_failed', 'missing_credentials'],
  validation: ['connection_validation_failed'],
  refused: ['callback_err'],
  token: ['token_err'],
  state: ['state_err', 'state_cookie_err'],
  input: [
    'invalid_body',
    'invalid_query_params',
    'invalid_uri_params',
    'url_param_err',
    'missing_client_id',
    'missing_client_secret',
    'missing_aws_sigv4_role_arn',
    'missing_aws_sigv4_region',
    'missing_aws_sigv4_external_id',
  ],
  setup: [
    'unknown_provider_config',
    'unknown_provider_template',
    'invalid_auth_mode',
    'integration_not_allowed',
    'not_found',
    'auth_mode_err',
    'grant_type_err',
    'no_provider_config_key',
    'provider_config_err',
    'unknown_config_key',
    'account_or_environment_retrieval_err',
    'missing_connection_id',
    'connection_not_found',
    'invalid_connection',
    'missing_hmac',
    'invalid_hmac',
    'deprecated_authentication',
    'invalid_aws_sigv4_config',
    'missing_aws_sigv4_service',
    'missing_aws_sigv4_sts_endpoint',
    'missing_aws_sigv4_builtin_credentials',
  ],
  capped: ['resource_capped'],
};

const KIND_OF = new Map(Object.entries(CODES).flatMap(([kind, codes]) => codes.map((code) => [code, kind as ProblemKind])));

/** What to tell a person about a problem. An unknown or expired session token is all that 401 can mean here (spec/auth.md §3.9). */
export function kindOf({ code, status }: Pick<Problem, 'code' | 'status'>): ProblemKind {
  if (status === 401) return 'expired';
  const known = KIND_OF.get(code);
  if (known) return known;
  return status !== undefined && status >= 500 ? 'server' : 'unknown';
}
