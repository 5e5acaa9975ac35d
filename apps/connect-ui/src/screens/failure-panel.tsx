import { useTranslation } from 'react-i18next';
import type { Integration } from '../api/wire.js';
import { kindOf, type Problem, type ProblemKind } from '../domain/problem.js';
import { usePage } from '../state/page-context.js';
import { Button } from '../ui/button.js';
import { Frame } from '../ui/frame.js';
import { ProblemPanel } from '../ui/problem-panel.js';

interface Props {
  readonly integration: Integration;
  readonly problem: Problem;
  readonly onBack: () => void;
  readonly onRetry: () => void;
}

/** What the same answers may cure when they are sent once more. */
const RETRIABLE: ReadonlySet<ProblemKind> = new Set([
  ...(['popup_blocked', 'popup_closed', 'unreachable', 'connection_lost', 'refused'] as const),
  ...(['token', 'state', 'server', 'unknown'] as const),
]);

/** It did not work: why, and back to the answers. */
export function FailurePanel({ integration, problem, onBack, onRetry }: Props) {
  const { t } = useTranslation();
  const { closable, requestClose } = usePage();
  const kind = kindOf(problem);
  if (kind === 'expired') {
    const close = closable ? <Button onClick={() => requestClose('click:close')}>{t('actions.close')}</Button> : undefined;
    return (
      <Frame footer={close}>
        <ProblemPanel problem={problem} name={integration.display_name} />
      </Frame>
    );
  }
  const canRetry = RETRIABLE.has(kind);
  const footer = (
    <div className="flex gap-3">
      <Button look={canRetry ? 'quiet' : 'primary'} onClick={onBack}>
        {t('actions.back')}
      </Button>
      {canRetry ? <Button onClick={onRetry}>{t('actions.tryAgain')}</Button> : null}
    </div>
  );
  return (
    <Frame footer={footer}>
      <ProblemPanel problem={problem} name={integration.display_name} />
    </Frame>
  );
}
