import type { Provider } from './entry.js';
import { type FieldProblem, templateProblems } from './entry-templates.js';
import { missingFields } from './lint-required.js';
import { undeclaredNames, unusedInputs } from './lint-references.js';
import { SCRIPT_NAMES } from './script-names.js';

export interface LintContext {
  /** The entry takes what it does not say from another one, which may declare more than this one uses. */
  readonly isAlias: boolean;
}

/** Modes whose credentials somebody types in; the others get theirs from the provider, or have none. */
const TYPED = new Set(['API_KEY', 'BASIC', 'SIGNATURE', 'TWO_STEP', 'JWT', 'OAUTH2_CC', 'AWS_SIGV4', 'TBA', 'BILL']);

/** Rules that an entry of the catalogue keeps beyond its schema (spec/auth.md §1.5), all aliases resolved. */
export function lintEntry(provider: Provider, { isAlias }: LintContext): FieldProblem[] {
  return [
    ...templateProblems(provider),
    ...undeclaredNames(provider),
    ...(isAlias ? [] : unusedInputs(provider)),
    ...credentialsOfMode(provider),
    ...oneVerification(provider),
    ...knownScripts(provider),
    ...missingFields(provider),
  ];
}

function credentialsOfMode({ auth_mode: mode, credentials }: Provider): FieldProblem[] {
  if (!credentials || TYPED.has(mode)) return [];
  return [{ field: 'credentials', problem: `${mode} asks for none: remove it, or ask in connection_config` }];
}

function oneVerification({ proxy, credentials_verification_script: script }: Provider): FieldProblem[] {
  if (!script || !proxy?.verification) return [];
  return [{ field: 'credentials_verification_script', problem: 'runs instead of proxy.verification: remove one of them' }];
}

function knownScripts(provider: Provider): FieldProblem[] {
  return Object.entries(SCRIPT_NAMES).flatMap(([field, known]) => {
    const name = provider[field as keyof typeof SCRIPT_NAMES];
    if (!name || known.has(name)) return [];
    const choice = known.size === 0 ? 'there are none: remove it' : `use one of ${[...known].join(', ')}, or remove it`;
    return [{ field, problem: `there is no handler ${name}: ${choice}` }];
  });
}
