import type { ErrorIssue } from '#libs/kernel';

/** What the catalogue says of one input (spec/auth.md §1.5); only what is checked here. */
export interface InputField {
  readonly pattern?: string | undefined;
  readonly format?: string | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly hidden?: boolean | undefined;
  readonly automated?: boolean | undefined;
}

const FORMATS: Readonly<Record<string, (value: string) => boolean>> = {
  hostname: (value) => /^[a-zA-Z0-9.-]+$/.test(value),
  uri: (value) => URL.canParse(value),
  uuid: (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
  email: (value) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value),
};

/**
 * What is wrong with values given for declared inputs: pattern, format, allowed values. Undeclared, missing and empty values are
 * the caller's business; a pattern matches anywhere unless it is anchored.
 */
export function inputIssues(
  fields: Readonly<Record<string, InputField>>,
  values: Readonly<Record<string, unknown>>,
  path: readonly string[],
): ErrorIssue[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const value = values[name];
    if (typeof value !== 'string' || value === '' || field.hidden || field.automated) return [];
    const message = problemOf(field, value);
    return message === undefined ? [] : [{ code: 'invalid_format', message, path: [...path, name] }];
  });
}

function problemOf(field: InputField, value: string): string | undefined {
  if (field.pattern !== undefined && !new RegExp(field.pattern).test(value)) return `must match ${field.pattern}`;
  if (field.enum && !field.enum.includes(value)) return `must be one of ${field.enum.join(', ')}`;
  if (field.format !== undefined && FORMATS[field.format]?.(value) === false) return `must be a valid ${field.format}`;
  return undefined;
}
