import { ChevronDown, Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import type { UseFormRegisterReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { FormField } from '../domain/form-field.js';

export type Binding = UseFormRegisterReturn;

interface Props {
  readonly field: FormField;
  readonly binding: Binding;
  readonly describedBy: string | undefined;
  readonly isWrong: boolean;
}

const PLAIN = { autoComplete: 'off', autoCapitalize: 'none', autoCorrect: 'off', spellCheck: false } as const;

/** The input of a question: one line, several lines or a choice, with the catalogue's decoration around it. */
export function FieldInput({ field, binding, describedBy, isWrong }: Props) {
  const [isShown, setIsShown] = useState(false);
  const { input } = field;
  const shared = {
    ...binding,
    id: field.id,
    'aria-describedby': describedBy,
    'aria-invalid': isWrong,
    'aria-required': field.required,
  };
  const isHidden = input.secret === true && !isShown;
  return (
    <div className="control flex items-stretch" data-wrong={isWrong || undefined}>
      {input.prefix ? <Decoration text={input.prefix} side="left" /> : null}
      {input.enum ? (
        <Choice options={input.enum} shared={shared} />
      ) : field.multiline ? (
        <textarea
          rows={4}
          placeholder={input.example}
          className={`min-w-0 flex-1 resize-y bg-transparent px-3 py-2.5 font-mono text-[13px] leading-5 outline-none ${isHidden ? 'masked' : ''}`}
          {...PLAIN}
          {...shared}
        />
      ) : (
        <input
          type={isHidden ? 'password' : inputType(field)}
          placeholder={input.example}
          className="min-w-0 flex-1 bg-transparent px-3 outline-none"
          {...PLAIN}
          {...(input.secret ? { autoComplete: 'new-password' } : {})}
          {...shared}
        />
      )}
      {input.suffix ? <Decoration text={input.suffix} side="right" /> : null}
      {input.secret ? <Reveal field={field} isShown={isShown} onToggle={() => setIsShown(!isShown)} /> : null}
    </div>
  );
}

/** The keyboard a phone shows; the page checks by itself, with its own words. */
const inputType = ({ input }: FormField) => (input.format === 'email' ? 'email' : input.format === 'uri' ? 'url' : 'text');

function Decoration({ text, side }: { readonly text: string; readonly side: 'left' | 'right' }) {
  return (
    <span
      className={`flex max-w-[45%] items-center bg-subtle px-3 text-[14px] text-muted ${side === 'left' ? 'rounded-l-[9px] border-r' : 'rounded-r-[9px] border-l'} border-line`}
    >
      <span className="truncate">{text}</span>
    </span>
  );
}

function Choice({
  options,
  shared,
}: {
  readonly options: readonly string[];
  readonly shared: Binding & { readonly id: string };
}) {
  const { t } = useTranslation();
  return (
    <span className="relative flex flex-1">
      <select className="h-full w-full appearance-none rounded-[9px] bg-transparent px-3 pr-9 outline-none" {...shared}>
        <option value="">{t('form.choose')}</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
      <ChevronDown
        className="pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 text-muted"
        aria-hidden="true"
      />
    </span>
  );
}

interface RevealProps {
  readonly field: FormField;
  readonly isShown: boolean;
  readonly onToggle: () => void;
}

function Reveal({ field, isShown, onToggle }: RevealProps) {
  const { t } = useTranslation();
  const label = t(isShown ? 'actions.hide' : 'actions.show', { field: field.title });
  const Icon = isShown ? EyeOff : Eye;
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={isShown}
      title={label}
      onClick={onToggle}
      className="focus-ring m-1 grid w-9 shrink-0 place-items-center self-stretch rounded-lg text-muted hover:bg-hover hover:text-text"
    >
      <Icon className="size-[17px]" aria-hidden="true" />
    </button>
  );
}
