import { useEffect } from 'react';
import { useForm, type UseFormReturn } from 'react-hook-form';
import { breachOf } from '../domain/field-rules.js';
import { isAsked } from '../domain/form-field.js';
import type { FormModel } from '../domain/form-model.js';
import { kindOf, type Problem } from '../domain/problem.js';
import { usePage } from './page-context.js';

export type AnswersForm = UseFormReturn<Record<string, string>>;

export interface Answers {
  readonly form: AnswersForm;
  /** Judges every answer at once: nothing may be awaited between a click and the window it opens. */
  readonly isComplete: () => boolean;
  /** Shows at their fields what the API did not accept. */
  readonly showIssues: (problem: Problem) => void;
}

/** The answers of a form. What was entered outlives a failure. @param areSent they are safe, and leaving loses nothing */
export function useAnswers(model: FormModel, areSent: boolean): Answers {
  const { setTouched } = usePage();
  const form = useForm<Record<string, string>>({ defaultValues: { ...model.initial }, mode: 'onTouched' });
  const isTouched = form.formState.isDirty && !areSent;
  useEffect(() => {
    setTouched(isTouched);
    return () => setTouched(false);
  }, [isTouched, setTouched]);

  const isComplete = () => {
    const values = form.getValues();
    const breaches = model.fields
      .filter((field) => isAsked(field, values))
      .map((field) => [field.id, breachOf(field, values[field.id] ?? '')] as const)
      .filter(([, breach]) => breach !== undefined);
    for (const [index, [id, type]] of breaches.entries())
      form.setError(id, { type: type as string }, { shouldFocus: index === 0 });
    return breaches.length === 0;
  };
  const showIssues = (problem: Problem) => {
    if (kindOf(problem) !== 'input') return;
    for (const { path, message } of problem.issues) {
      const field = model.fields.find(({ name, visible }) => visible && name === path.at(-1));
      if (field) form.setError(field.id, { type: 'server', message });
    }
  };
  return { form, isComplete, showIssues };
}
