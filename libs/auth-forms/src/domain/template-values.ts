import { fillTemplate, type Scope, templateOf } from '#libs/providers';
import { type Answer, valueAt } from '#libs/token-http';

/** What templates of tokens may name (spec/auth.md §1.10). */
export interface TemplateValues {
  readonly credentials: Answer;
  readonly connectionConfig: Answer;
  readonly assertionOption?: Answer;
  /** A JWT made here. */
  readonly token?: string | undefined;
  readonly assertion?: string | undefined;
  readonly refresh_token?: string | undefined;
  /** Answers of the steps so far, oldest first: `step1`, `step2`. */
  readonly steps?: readonly unknown[];
}

/** Sets of values of which an empty one counts as missing, so that alternatives and defaults take its place. */
const EMPTY_IS_MISSING = /^(connectionConfig|assertionOption)\./;

export function scopeOf({ steps = [], ...values }: TemplateValues, now: Date, random: string): Scope {
  const root = { ...values, ...Object.fromEntries(steps.map((answer, index) => [`step${index + 1}`, answer])) };
  const lookup = (name: string) => {
    const text = textAt(root, name);
    return text === '' && EMPTY_IS_MISSING.test(name) ? undefined : text;
  };
  return { lookup, now, random };
}

/** Text at a path, empty text too; an XML element with attributes stands for its text. */
export function textAt(from: unknown, path: string): string | undefined {
  const value = valueAt(from, path);
  if (typeof value === 'object' && value !== null) return textAt(value, '#text');
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Names that were needed and not there. */
type Missing = string[];

/**
 * Values of the catalogue, filled at every depth; what cannot be filled is left out.
 * @param missing gets the names that were looked for in vain
 */
export function filled(values: Answer | undefined, scope: Scope, missing: Missing = []): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values ?? {})
      .map(([name, value]): [string, unknown] => [name, filledValue(value, scope, missing)])
      .filter(([, value]) => value !== undefined),
  );
}

function filledValue(value: unknown, scope: Scope, missing: Missing): unknown {
  if (typeof value === 'string') return filledText(value, scope, missing);
  if (Array.isArray(value)) return value.map((item) => filledValue(item, scope, missing)).filter((item) => item !== undefined);
  return typeof value === 'object' && value !== null ? filled(value as Answer, scope, missing) : value;
}

/** A template's text; undefined where it cannot be filled. */
export function filledText(template: string, scope: Scope, missing: Missing = []): string | undefined {
  const result = fillTemplate(templateOf(template), scope);
  if (result.ok) return result.value;
  missing.push(...result.missing);
  return undefined;
}

/** Values in places that take nothing but text: forms, queries, headers. */
export const asTexts = (values: Answer): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
