import type { ErrorIssue } from '#libs/kernel';
import { matchesPattern, MAX_MATCHED } from './input-pattern.js';

/** What the catalogue says of one input (spec/auth.md §1.5); only what is checked here. */
export interface InputField {
  readonly pattern?: string | undefined;
  readonly format?: string | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly default_value?: string | undefined;
  readonly optional?: boolean | undefined;
  readonly hidden?: boolean | undefined;
  readonly automated?: boolean | undefined;
}

export type InputFields = Readonly<Record<string, InputField>>;

type Values = Readonly<Record<string, unknown>>;

const FORMATS: Readonly<Record<string, (value: string) => boolean>> = {
  hostname: (value) => /^[a-zA-Z0-9.-]+$/.test(value),
  uri: (value) => URL.canParse(value),
  uuid: (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
  email: (value) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value),
};

/**
 * What is wrong with values given for declared inputs: pattern, format, allowed values (spec/auth.md §1.5). A pattern matches
 * anywhere unless it is anchored. Undeclared values are the caller's business.
 * @param options.requireMissing whether inputs that somebody has to fill in must be there: all but those that are optional, have a
 * default, are hidden or come from elsewhere
 */
export function inputIssues(
  fields: InputFields,
  values: Values,
  path: readonly string[],
  { requireMissing }: { readonly requireMissing: boolean } = { requireMissing: false },
): ErrorIssue[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    if (field.hidden || field.automated) return [];
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    const issue = isEmpty(value) ? (requireMissing ? missing(field, value) : undefined) : invalid(field, value);
    return issue ? [{ ...issue, path: [...path, name] }] : [];
  });
}

/** Values with the defaults of declared inputs that are not given; an empty text is given. */
export function withDefaults<Given extends Values>(
  fields: InputFields,
  values: Given,
): Given & Readonly<Record<string, unknown>> {
  const defaults = Object.entries(fields).flatMap(([name, { default_value: text }]) =>
    text === undefined || values[name] !== undefined ? [] : [[name, text] as const],
  );
  return { ...values, ...Object.fromEntries(defaults) };
}

type Problem = Pick<ErrorIssue, 'code' | 'message'>;

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';

function missing(field: InputField, value: unknown): Problem | undefined {
  if (field.optional || field.default_value !== undefined) return undefined;
  return value === '' ? { code: 'too_small', message: 'must not be empty' } : { code: 'invalid_type', message: 'is required' };
}

function invalid(field: InputField, value: unknown): Problem | undefined {
  if (typeof value !== 'string') return undefined;
  const message = problemOf(field, value);
  return message === undefined ? undefined : { code: 'invalid_format', message };
}

function problemOf(field: InputField, value: string): string | undefined {
  const { pattern, format } = field;
  const matches = pattern === undefined || matchesPattern(pattern, value);
  if (matches === undefined) return `cannot be checked against ${pattern}: shorten it to what is asked for`;
  if (!matches) return `must match ${pattern}`;
  if (field.enum && !field.enum.includes(value)) return `must be one of ${field.enum.join(', ')}`;
  if (format !== undefined && isOfFormat(format, value) === false) return `must be a valid ${format}`;
  return undefined;
}

/** Undefined for formats that are not known here. */
const isOfFormat = (format: string, value: string): boolean | undefined =>
  FORMATS[format] && value.length <= MAX_MATCHED && FORMATS[format](value);
