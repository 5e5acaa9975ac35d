import type { Submission } from '../api/auth-request.js';
import { tidy } from './field-rules.js';
import { type FormField, type FormValues, isAsked } from './form-field.js';

/** Sorts the answers by where they go. What is optional and empty is left out; so is a question that was not asked. */
export function submissionOf(fields: readonly FormField[], values: FormValues, externalId: string | undefined): Submission {
  const parts: Record<FormField['target'], Record<string, string>> = { params: {}, credentials: {}, assertionOption: {} };
  for (const field of fields) {
    if (field.visible && !isAsked(field, values)) continue;
    const value = tidy(values[field.id] ?? '', field.input);
    if (value !== '' || !field.input.optional) parts[field.target][field.name] = value;
  }
  if (externalId) parts.params['external_id'] = externalId;
  return parts;
}
