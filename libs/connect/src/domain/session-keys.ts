import type { ConnectSession } from '#libs/accounts';
import type { ErrorIssue } from '#libs/kernel';

type Named = { readonly [Field in 'allowedIntegrations' | 'defaults' | 'overrides']?: ConnectSession[Field] | undefined };

/** Integrations a new session names that do not exist, at the paths where it names them (spec/api.md §3.5). */
export function unknownKeys({ allowedIntegrations, defaults, overrides }: Named, known: ReadonlySet<string>): ErrorIssue[] {
  const missing = (key: string, ...path: string[]): ErrorIssue[] =>
    known.has(key) ? [] : [{ code: 'custom', message: `there is no integration ${key}`, path }];
  return [
    ...(allowedIntegrations ?? []).flatMap((key, at) => missing(key, 'allowed_integrations', String(at))),
    ...Object.keys(defaults ?? {}).flatMap((key) => missing(key, 'integrations_config_defaults', key)),
    ...Object.keys(overrides ?? {}).flatMap((key) => missing(key, 'overrides', key)),
  ];
}
