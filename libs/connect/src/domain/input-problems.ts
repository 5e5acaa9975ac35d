import { AppError, type ErrorIssue } from '#libs/kernel';
import { type InputField, type InputFields, inputIssues } from '#libs/providers';
import type { Config } from '../connect.types.js';

type Field = InputField & { readonly visible_when?: { readonly field: string; readonly equals: string } | undefined };
type Fields = Readonly<Record<string, Field>>;

/** What the catalogue says of a provider's inputs. */
export interface InputRules {
  readonly auth_mode: string;
  readonly credentials?: Fields | undefined;
  readonly connection_config?: Fields | undefined;
  readonly assertion_option?: Fields | undefined;
  readonly integration_config?: Fields | undefined;
}

/** Modes in which an empty user name or password is a value like any other (spec/auth.md §2.1). */
const MAY_BE_EMPTY = new Set(['BASIC']);

/** Inputs that are asked for: those whose condition holds, and that the integration has not set for all its connections. */
function asked(
  fields: Fields = {},
  values: Config,
  { integration_config: settings = {} }: InputRules,
  custom: Config,
): InputFields {
  const isPreset = (name: string) => Object.hasOwn(settings, name) && Boolean(custom[name]);
  const isShown = ({ visible_when: condition }: Field) =>
    !condition || (values[condition.field] ?? fields[condition.field]?.default_value) === condition.equals;
  return Object.fromEntries(Object.entries(fields).filter(([name, field]) => isShown(field) && !isPreset(name)));
}

/** What is wrong with the configuration of a connection to be, at `connection_config`; what is missing only where the user cannot be asked later. */
export function configProblems(rules: InputRules, config: Config, custom: Config, requireMissing: boolean): ErrorIssue[] {
  return inputIssues(asked(rules.connection_config, config, rules, custom), config, ['connection_config'], { requireMissing });
}

/** What is wrong with what a user typed, at the field's name in the body. */
export function credentialProblems(provider: InputRules, credentials: Config, custom: Config): ErrorIssue[] {
  const { assertionOption } = credentials;
  return [
    ...inputIssues(asked(provider.credentials, credentials, provider, custom), credentials, [], {
      requireMissing: !MAY_BE_EMPTY.has(provider.auth_mode),
    }),
    ...inputIssues(provider.assertion_option ?? {}, (assertionOption ?? {}) as Config, ['assertionOption']),
  ];
}

/** @throws AppError `invalid_body` with these problems, if there are any; in words too, since the frontend SDK shows nothing else */
export function refuseProblems(issues: readonly ErrorIssue[]): void {
  if (issues.length === 0) return;
  throw new AppError('invalid_body', issues.map(({ path, message }) => `${path.at(-1) ?? 'body'} ${message}`).join('; '), {
    issues,
  });
}
