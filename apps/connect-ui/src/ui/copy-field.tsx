import { Check, Copy } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  readonly label: string;
  readonly description: string;
  readonly value: string;
}

const SHOW_COPIED_MS = 2_000;

/** A value to take elsewhere. */
export function CopyField({ label, description, value }: Props) {
  const { t } = useTranslation();
  const [isCopied, setIsCopied] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setIsCopied(false), SHOW_COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);

  const copy = async () => {
    input.current?.select();
    // Where the browser keeps the clipboard from us, the value is selected and Ctrl-C copies it.
    await navigator.clipboard?.writeText(value).then(
      () => setIsCopied(true),
      () => undefined,
    );
  };

  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor="copy-value" className="text-sm font-medium">
        {label}
      </label>
      <p id="copy-text" className="text-[13px] leading-5 text-muted">
        {description}
      </p>
      <div className="control flex items-stretch overflow-hidden">
        <input
          ref={input}
          id="copy-value"
          readOnly
          value={value}
          aria-describedby="copy-text"
          className="min-w-0 flex-1 bg-transparent px-3 font-mono text-[13px] outline-none"
        />
        <button
          type="button"
          onClick={() => void copy()}
          className="flex items-center gap-1.5 border-l border-line px-3 text-[13px] font-medium text-muted outline-none hover:bg-hover hover:text-text focus-visible:bg-hover focus-visible:text-text focus-visible:underline"
        >
          {isCopied ? <Check className="size-4" aria-hidden="true" /> : <Copy className="size-4" aria-hidden="true" />}
          <span aria-live="polite">{isCopied ? t('actions.copied') : t('actions.copy')}</span>
        </button>
      </div>
    </div>
  );
}
