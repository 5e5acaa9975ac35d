import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useFocusTrap } from '../state/use-focus-trap.js';
import { Button } from './button.js';

interface Props {
  readonly onStay: () => void;
  readonly onLeave: () => void;
}

/** Asks before what somebody entered is thrown away. */
export function ConfirmLeave({ onStay, onLeave }: Props) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDivElement>(null);
  useFocusTrap(dialog, true);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.querySelector('button')?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <div className="fixed inset-0 z-10 grid place-items-center bg-black/45 p-6">
      <div
        ref={dialog}
        role="alertdialog"
        aria-modal="true"
        aria-labelledby="leave-title"
        aria-describedby="leave-text"
        className="appear w-full max-w-80 rounded-2xl bg-surface p-6 text-center text-text shadow-card"
      >
        <h2 id="leave-title" className="text-[17px] font-semibold tracking-[-0.01em]">
          {t('leave.title')}
        </h2>
        <p id="leave-text" className="mt-1.5 text-sm text-muted">
          {t('leave.text')}
        </p>
        <div className="mt-5 flex flex-col gap-2.5">
          <Button onClick={onStay}>{t('leave.stay')}</Button>
          <Button look="quiet" onClick={onLeave}>
            {t('leave.leave')}
          </Button>
        </div>
      </div>
    </div>
  );
}
