import type { InputField } from '../api/wire.js';
import type { FormField } from './form-field.js';

/** What is wrong with an answer: a key of the locales (`rules.<key>`). */
export type RuleBreach = 'required' | 'pattern' | 'hostname' | 'uri' | 'uuid' | 'email' | 'enum';

const FORMATS: Readonly<Record<NonNullable<InputField['format']>, (value: string) => boolean>> = {
  hostname: (value) => /^[a-zA-Z0-9.-]+$/.test(value),
  uri: (value) => URL.canParse(value),
  uuid: (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
  email: (value) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value),
};

/** Judges an answer by the rules of the catalogue (spec/auth.md §1.5). */
export function breachOf({ input, required }: FormField, answer: string): RuleBreach | undefined {
  if (input.hidden) return undefined;
  const value = tidy(answer, input);
  if (value === '') return required ? 'required' : undefined;
  if (input.enum && !input.enum.includes(value)) return 'enum';
  if (input.format && !FORMATS[input.format](value)) return input.format;
  return input.pattern && !matches(input.pattern, value) ? 'pattern' : undefined;
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern).test(value);
  } catch {
    // A rule that is no expression can refuse nothing; the server judges the value.
    return true;
  }
}

/** An answer as it is sent: without the blanks a paste brings, nor the parts the form shows around the input. */
export function tidy(answer: string, { secret, prefix, suffix }: InputField): string {
  if (secret) return answer;
  let value = answer.trim();
  if (prefix && value.startsWith(prefix)) value = value.slice(prefix.length);
  if (suffix && value.endsWith(suffix)) value = value.slice(0, -suffix.length);
  return value;
}
