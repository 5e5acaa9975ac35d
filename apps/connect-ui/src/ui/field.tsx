import { CircleQuestionMark, TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { FormField } from '../domain/form-field.js';
import { type Binding, FieldInput } from './field-input.js';
import { Notice } from './notice.js';

interface Props {
  readonly field: FormField;
  readonly binding: Binding;
  readonly value: string;
  readonly error: string | undefined;
  /** Where a guide tells where to find the value. */
  readonly helpUrl: string | undefined;
  readonly onHelp: () => void;
}

/** One question: title, input, what is wrong with the answer, and what helps to give it. */
export function Field({ field, binding, value, error, helpUrl, onHelp }: Props) {
  const { t } = useTranslation();
  const warning = field.input.warnings?.[value];
  const parts = { text: `${field.id}-text`, error: `${field.id}-error`, warning: `${field.id}-warning` };
  const describedBy = [field.description && parts.text, error && parts.error, warning && parts.warning].filter(Boolean).join(' ');
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-center gap-1.5">
        <label htmlFor={field.id} className="text-sm font-medium">
          {field.title}
          {field.required ? null : <span className="ml-1.5 text-[13px] font-normal text-muted">{t('form.optional')}</span>}
        </label>
        {helpUrl ? (
          <a
            href={helpUrl}
            target="_blank"
            rel="noreferrer"
            onClick={onHelp}
            className="focus-ring rounded text-muted hover:text-text"
            aria-label={`${t('form.fieldHelp', { field: field.title })}, ${t('form.opens')}`}
          >
            <CircleQuestionMark className="size-4" aria-hidden="true" />
          </a>
        ) : null}
      </div>
      {field.description ? (
        <p id={parts.text} className="text-[13px] leading-5 text-muted">
          {field.description}
        </p>
      ) : null}
      <FieldInput field={field} binding={binding} describedBy={describedBy || undefined} isWrong={error !== undefined} />
      {error ? (
        <p id={parts.error} role="alert" className="text-[13px] leading-5 text-danger">
          {error}
        </p>
      ) : null}
      {warning ? (
        <div id={parts.warning} role="status">
          <Notice tone="warning" icon={<TriangleAlert className="size-4" aria-hidden="true" />}>
            {warning}
          </Notice>
        </div>
      ) : null}
    </div>
  );
}
