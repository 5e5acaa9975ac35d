import { ArrowLeft, LockKeyhole, X } from 'lucide-react';
import { type MouseEvent, type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { usePage } from '../state/page-context.js';
import { useFocusTrap } from '../state/use-focus-trap.js';
import { IconButton } from './button.js';

interface Props {
  readonly children: ReactNode;
  /** What stays in sight below what scrolls. */
  readonly footer?: ReactNode;
  readonly onBack?: (() => void) | undefined;
}

/** The card every screen is shown in: a dialog over the page around it, or the page itself when opened by link. */
export function Frame({ children, footer, onBack }: Props) {
  const { options, closable, requestClose } = usePage();
  const card = useRef<HTMLDivElement>(null);
  const isDialog = options.framed && !options.embedded;
  useFocusTrap(card, isDialog);
  const closeOutside = (event: MouseEvent) => {
    if (isDialog && event.target === event.currentTarget) requestClose('click:outside');
  };
  return (
    // Escape does the same for the keyboard.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events
    <div className={`stage ${options.embedded ? '' : isDialog ? 'stage-over' : 'stage-alone'}`} onClick={closeOutside}>
      <div
        ref={card}
        className="card"
        {...(isDialog ? { role: 'dialog', 'aria-modal': true, 'aria-labelledby': 'screen-title' } : { role: 'main' })}
      >
        <TopBar onBack={onBack} onClose={closable ? () => requestClose('click:close') : undefined} />
        <div className="scroll flex min-h-0 flex-1 flex-col overflow-y-auto px-6 pt-1 pb-6 sm:px-8">
          <div className="screen flex flex-1 flex-col">{children}</div>
        </div>
        {footer ? <div className="border-t border-line px-6 pt-4 pb-4 sm:px-8">{footer}</div> : null}
        <Watermark />
      </div>
    </div>
  );
}

function TopBar({
  onBack,
  onClose,
}: {
  readonly onBack?: (() => void) | undefined;
  readonly onClose?: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  if (!onBack && !onClose) return <div className="h-8 shrink-0" />;
  return (
    <div className="flex h-14 shrink-0 items-center justify-between px-4 pt-2 sm:px-5">
      {onBack ? (
        <IconButton label={t('actions.back')} onClick={onBack}>
          <ArrowLeft className="size-[18px]" aria-hidden="true" />
        </IconButton>
      ) : (
        <span />
      )}
      {onClose ? (
        <IconButton label={t('actions.close')} onClick={onClose}>
          <X className="size-[18px]" aria-hidden="true" />
        </IconButton>
      ) : null}
    </div>
  );
}

function Watermark() {
  const { t } = useTranslation();
  if (!usePage().showWatermark) return null;
  return (
    <p className="flex shrink-0 items-center justify-center gap-1.5 pb-4 text-xs text-muted">
      <LockKeyhole className="size-3" aria-hidden="true" />
      {t('watermark')}
    </p>
  );
}
