import { AppError } from '#libs/kernel';
import type { Provider, Scope } from '#libs/providers';
import { addressIn, type TokenRequest, tokenUrlTemplate } from '#libs/token-http';
import { asTexts, filled } from './template-values.js';
import { bodyOf, type BodyFormat } from './token-body.js';

/** One call of several, as the catalogue describes it (spec/auth.md §1.7). */
export type StepRules = Pick<NonNullable<Provider['additional_steps']>[number], 'token_params' | 'token_headers'> & {
  readonly token_url: string | undefined;
  readonly token_request_method?: 'GET' | 'POST' | undefined;
  readonly body_format?: BodyFormat | undefined;
};

type Login = Pick<Provider, 'token_url' | 'token_params' | 'token_headers' | 'token_request_method' | 'body_format'>;
type Renewal = Pick<Provider, 'refresh_url' | 'refresh_token_params' | 'refresh_token_headers'>;

/** The first call: the login. */
export const loginStep = (provider: Login): StepRules => ({
  token_url: tokenUrlTemplate(provider),
  token_params: provider.token_params,
  token_headers: provider.token_headers,
  token_request_method: provider.token_request_method,
  body_format: provider.body_format,
});

/** The first call where a refresh token is at hand; undefined where the catalogue knows no use of one. */
export const refreshStep = (provider: Login & Renewal): StepRules | undefined =>
  provider.refresh_token_params && {
    token_url: provider.refresh_url ?? tokenUrlTemplate(provider),
    token_params: provider.refresh_token_params,
    token_headers: provider.refresh_token_headers ?? provider.token_headers,
    body_format: provider.body_format,
  };

const EARLIER_ANSWER = /^step\d+\./;

/**
 * A step's request. What was not given is left out, but what an earlier answer had to hold is not.
 * @throws AppError `token_err` naming what the earlier answer lacks, `url_param_err`
 */
export function stepRequest(step: StepRules, scope: Scope, secrets: readonly string[]): TokenRequest {
  const missing: string[] = [];
  const headers = lowerCase(asTexts(filled(step.token_headers, scope, missing)));
  const params = filled(step.token_params, scope, missing);
  const lacking = missing.filter((name) => EARLIER_ANSWER.test(name));
  if (lacking.length > 0) {
    throw new AppError('token_err', `the provider's earlier answers hold no ${lacking.join(', ')}, which the next step needs`);
  }
  const url = addressIn(scope, step.token_url, 'token_url');
  if (step.token_request_method === 'GET') return { url, method: 'GET', headers, query: asTexts(params), secrets };
  const body = bodyOf(step.body_format ?? formatOf(headers['content-type']), params);
  return { url, ...body, headers: { ...body.headers, ...headers }, secrets };
}

/** A header that names the body's type says how it is written, where nothing else does. */
function formatOf(contentType = ''): BodyFormat {
  if (contentType.includes('x-www-form-urlencoded')) return 'form';
  return contentType.includes('xml') ? 'xml' : 'json';
}

const lowerCase = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
