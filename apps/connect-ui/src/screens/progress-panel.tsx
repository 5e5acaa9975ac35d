import { useTranslation } from 'react-i18next';
import type { Integration } from '../api/wire.js';
import type { Phase } from '../state/use-connect-flow.js';
import { Button } from '../ui/button.js';
import { Frame } from '../ui/frame.js';
import { Heading } from '../ui/heading.js';
import { Logo } from '../ui/logo.js';
import { Spinner } from '../ui/spinner.js';

interface Props {
  readonly integration: Integration;
  readonly phase: Extract<Phase, { readonly at: 'checking' | 'popup' }>;
  readonly onCancel: () => void;
  readonly onOpenAgain: () => void;
}

/** While an attempt runs, here or in its window. */
export function ProgressPanel({ integration, phase, onCancel, onOpenAgain }: Props) {
  const { t } = useTranslation();
  const { display_name: name, logo } = integration;
  const isPopup = phase.at === 'popup';
  const seemsClosed = isPopup && phase.seemsClosed;
  return (
    <Frame footer={isPopup ? <PopupActions phase={phase} onCancel={onCancel} onOpenAgain={onOpenAgain} /> : undefined}>
      <div className="m-auto flex flex-col items-center py-6 text-center">
        <span className="relative grid size-24 place-items-center">
          <Spinner className="absolute inset-0 size-24 text-(--brand-ink)" stroke={0.75} />
          <Logo name={name} src={logo} size="large" />
        </span>
        <div role="status" className="mt-6">
          <Heading>{t(isPopup ? 'progress.popupTitle' : 'progress.checkTitle', { name })}</Heading>
          <p className="mt-2 text-[15px] leading-6 text-pretty text-muted">
            {t(seemsClosed ? 'progress.closedText' : isPopup ? 'progress.popupText' : 'progress.checkText')}
          </p>
        </div>
      </div>
    </Frame>
  );
}

interface ActionsProps {
  readonly phase: Extract<Phase, { readonly at: 'popup' }>;
  readonly onCancel: () => void;
  readonly onOpenAgain: () => void;
}

function PopupActions({ phase, onCancel, onOpenAgain }: ActionsProps) {
  const { t } = useTranslation();
  return (
    <div className="flex gap-3">
      <Button look="quiet" onClick={onCancel}>
        {t('actions.cancel')}
      </Button>
      {phase.seemsClosed ? (
        <Button onClick={onOpenAgain}>{t('actions.openAgain')}</Button>
      ) : (
        <Button onClick={() => phase.popup.focus()}>{t('actions.showWindow')}</Button>
      )}
    </div>
  );
}
