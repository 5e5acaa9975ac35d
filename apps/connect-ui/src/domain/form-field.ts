import type { InputField } from '../api/wire.js';

/** Where an answer goes in the request. */
export type FieldTarget = 'params' | 'credentials' | 'assertionOption';

/** One question of the form. */
export interface FormField {
  /** Name in the form; names of the catalogue may hold dots. */
  readonly id: string;
  /** Name in the request. */
  readonly name: string;
  readonly target: FieldTarget;
  readonly title: string;
  readonly description: string | undefined;
  readonly input: InputField;
  readonly required: boolean;
  readonly visible: boolean;
  /** Several lines: keys and certificates in PEM. */
  readonly multiline: boolean;
  readonly visibleWhen?: { readonly id: string; readonly equals: string } | undefined;
}

/** Answers by field id. */
export type FormValues = Readonly<Record<string, string>>;

/** Whether a question is asked, given the answers so far. */
export const isAsked = (field: FormField, values: FormValues): boolean =>
  field.visible && (!field.visibleWhen || values[field.visibleWhen.id] === field.visibleWhen.equals);
