import { AppError } from '#libs/kernel';
import type { Provider } from '#libs/providers';

const PROVIDER_SAYS = ['error', 'error_description', 'error_reason', 'error_uri', 'status_code', 'error_message'] as const;

/**
 * The code a browser brought back (spec/auth.md §3.4).
 * @throws AppError `callback_err` with what the provider said instead, in `payload`
 */
export function callbackCode(
  { authorization_code_param_in_callback: param = 'code' }: Pick<Provider, 'authorization_code_param_in_callback'>,
  query: Readonly<Record<string, string>>,
): string {
  const said = Object.fromEntries(PROVIDER_SAYS.filter((name) => query[name]).map((name) => [name, query[name]!]));
  const code = query[param];
  if (code && !said['error']) return code;
  const words = Object.values(said).join(': ');
  const why = words === '' ? `it came back without ${param}` : words.slice(0, 500);
  throw new AppError('callback_err', `The provider gave no access: ${why}`, { payload: said });
}
