import type { MintInput } from '#libs/auth-modes';
import { AppError, type ErrorIssue } from '#libs/kernel';
import { type InputFields, inputIssues, withDefaults } from '#libs/providers';

/** The error of what was typed; in words too, for whoever shows nothing else. */
export const inputError = (issues: readonly ErrorIssue[]): AppError =>
  new AppError('invalid_body', issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '), { issues });

/** The error of one input that only its use proves wrong. */
export const wrongInput = (path: readonly string[], message: string): AppError => inputError([{ code: 'custom', message, path }]);

/** @throws AppError `invalid_body` with these issues, if there are any */
export function refuse(issues: readonly ErrorIssue[]): void {
  if (issues.length > 0) throw inputError(issues);
}

/** The issue of a field that has to be there. */
export const required = (...path: string[]): ErrorIssue => ({ code: 'invalid_type', message: 'is required', path });

/**
 * The named texts of a form, with the catalogue's defaults.
 * @param names which must be there
 * @param options.mayBeEmpty whether nothing counts as a value, as in a password that some vendors leave empty
 * @throws AppError `invalid_body` naming what is missing or not as the catalogue wants it
 */
export function textsOf<Name extends string>(
  declared: InputFields | undefined,
  input: MintInput,
  names: readonly Name[],
  { mayBeEmpty = false }: { readonly mayBeEmpty?: boolean } = {},
): Record<Name, string> {
  const values = withDefaults(declared ?? {}, input);
  const missing = names.filter((name) => typeof values[name] !== 'string' || (values[name] === '' && !mayBeEmpty));
  refuse([...missing.map((name) => required(name)), ...inputIssues(declared ?? {}, values, [])]);
  return Object.fromEntries(names.map((name) => [name, values[name]])) as Record<Name, string>;
}

/** Whatever the catalogue declares as credentials. Errors as of `textsOf`. */
export function declaredInputs(declared: InputFields | undefined, input: MintInput): MintInput {
  const values = withDefaults(declared ?? {}, input);
  refuse(inputIssues(declared ?? {}, values, [], { requireMissing: true }));
  return values;
}
