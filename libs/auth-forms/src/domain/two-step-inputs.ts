import type { Credentials, MintInput } from '#libs/auth-modes';
import { inputIssues, type Provider, withDefaults } from '#libs/providers';
import { type Answer, fieldsOf, textOf } from '#libs/token-http';
import { declaredInputs, refuse } from './inputs.js';
import { withKeyPairs } from './key-pairs.js';

type Rules = Pick<Provider, 'credentials' | 'integration_config' | 'assertion_option' | 'token'>;
type Custom = Readonly<Record<string, string>>;

/** What was typed, in its parts (spec/auth.md §1.5). */
export interface TwoStepInputs {
  /** Kept on the connection. */
  readonly stored: Answer;
  /** For templates: with what the integration has set for everybody, which wins and is never kept on a connection. */
  readonly credentials: Answer;
  /** For the assertion of the first time; never kept. */
  readonly assertionOption: Answer;
}

/** Fields that are made, not typed. */
const MADE = ['type', 'token', 'refresh_token', 'expires_at', 'raw', 'assertion'];

/** Settings of the integration that answer for its users. */
function preconfigured({ integration_config: declared = {} }: Rules, custom: Custom): Custom {
  return Object.fromEntries(
    Object.keys(declared).flatMap((name) => (textOf(custom[name]) === undefined ? [] : [[name, custom[name]!]])),
  );
}

/**
 * What somebody typed to connect.
 * @throws AppError `invalid_body` naming what is missing or not as the catalogue wants it
 */
export function typedInputs(provider: Rules, custom: Custom, input: MintInput): TwoStepInputs {
  const preset = preconfigured(provider, custom);
  const { assertionOption: given, ...typed } = without(input, ['type', ...Object.keys(preset)]);
  const asked = Object.entries({ ...provider.integration_config, ...provider.credentials }).filter(([name]) => !(name in preset));
  const stored = withKeyPairs(provider, declaredInputs(Object.fromEntries(asked), without(typed, MADE)));
  const options = provider.assertion_option ?? {};
  const assertionOption = withDefaults(options, fieldsOf(given));
  refuse(inputIssues(options, assertionOption, ['assertionOption'], { requireMissing: true }));
  return { stored, credentials: { ...stored, ...preset }, assertionOption };
}

/** What a connection holds of what was typed. */
export function storedInputs(provider: Rules, custom: Custom, credentials: Credentials): TwoStepInputs {
  const preset = preconfigured(provider, custom);
  const stored = without(credentials, [...MADE, ...Object.keys(preset)]);
  return { stored, credentials: { ...stored, ...preset }, assertionOption: {} };
}

/** Texts that messages must not quote: all but those that the catalogue shows in the open. */
export function secretTexts({ credentials = {}, integration_config: settings = {} }: Rules, values: Answer): string[] {
  const isOpen = (name: string) => {
    const field = credentials[name] ?? settings[name];
    return field !== undefined && field.secret !== true;
  };
  return Object.entries(values).flatMap(([name, value]) => (isOpen(name) ? [] : textsIn(value)));
}

function textsIn(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Object.values(fieldsOf(value)).flatMap(textsIn);
}

const without = (values: Answer, names: readonly string[]): Answer =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
