import { AppError } from '#libs/kernel';
import type { Provider } from '#libs/providers';

type Query = Readonly<Record<string, string>>;

const PROVIDER_SAYS = ['error', 'error_description', 'error_reason', 'error_uri', 'status_code', 'error_message'] as const;
const LONGEST = 500;

/**
 * Stops a flow that the user or the provider ended (spec/auth.md §3.4).
 * @throws AppError `callback_err` with what the provider said, in `payload` too
 */
export function demandConsent(query: Query): void {
  if (query['error']) throw noAccess(query, '');
}

/**
 * The error of a callback that brings no access.
 * @param otherwise why, where the provider says nothing
 */
export function noAccess(query: Query, otherwise: string): AppError {
  const said = Object.fromEntries(PROVIDER_SAYS.filter((name) => query[name]).map((name) => [name, query[name]!]));
  const words = Object.values(said).join(': ');
  return new AppError('callback_err', `The provider gave no access: ${words === '' ? otherwise : words.slice(0, LONGEST)}`, {
    payload: said,
  });
}

/** The code a browser brought back. Errors as of `demandConsent`. */
export function callbackCode(
  { authorization_code_param_in_callback: param = 'code' }: Pick<Provider, 'authorization_code_param_in_callback'>,
  query: Query,
): string {
  demandConsent(query);
  const code = query[param];
  if (!code) throw noAccess(query, `it came back without ${param}`);
  return code;
}
