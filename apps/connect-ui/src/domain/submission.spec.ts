import { expect, it } from 'vitest';
import type { InputField } from '../api/wire.js';
import type { FieldTarget, FormField } from './form-field.js';
import { submissionOf } from './submission.js';

const field = (
  id: string,
  target: FieldTarget,
  name: string,
  more: Partial<FormField & { optional: boolean }> = {},
): FormField => {
  const input: InputField = { type: 'string', title: name, description: '', optional: more.optional ?? false };
  return {
    id,
    name,
    target,
    title: name,
    description: undefined,
    input,
    required: true,
    visible: true,
    multiline: false,
    ...more,
  };
};

it('sorts answers by where they go', () => {
  const fields = [
    field('f0', 'params', 'subdomain'),
    field('f1', 'credentials', 'apiKey'),
    field('f2', 'assertionOption', 'entity'),
  ];
  expect(submissionOf(fields, { f0: ' acme ', f1: 'k', f2: 'e' }, undefined)).toEqual({
    params: { subdomain: 'acme' },
    credentials: { apiKey: 'k' },
    assertionOption: { entity: 'e' },
  });
});

it('leaves out what is optional and empty, and sends what may be empty', () => {
  const fields = [field('f0', 'params', 'a', { optional: true }), field('f1', 'credentials', 'password')];
  expect(submissionOf(fields, { f0: '', f1: '' }, undefined)).toMatchObject({ params: {}, credentials: { password: '' } });
});

it('sends hidden values, and not the answer to a question that is not asked', () => {
  const fields = [
    field('f0', 'params', 'brand', { visible: false }),
    field('f1', 'params', 'url', { visibleWhen: { id: 'f0', equals: 'other' } }),
  ];
  expect(submissionOf(fields, { f0: 'main', f1: 'typed before' }, undefined).params).toEqual({ brand: 'main' });
});

it('sends the external id that was shown', () => {
  expect(submissionOf([], {}, 'id-1').params).toEqual({ external_id: 'id-1' });
});
