import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { kindOf, type Problem } from '../domain/problem.js';
import { usePage } from '../state/page-context.js';
import { Button } from '../ui/button.js';
import { Frame } from '../ui/frame.js';
import { ProblemPanel } from '../ui/problem-panel.js';

interface Props {
  readonly problem: Problem;
  readonly onRetry?: () => void;
  readonly onBack?: (() => void) | undefined;
}

/** Nothing can be shown for now: why, and a way on where there is one. */
export function ProblemScreen({ problem, onRetry, onBack }: Props) {
  const { t } = useTranslation();
  const { closable, requestClose, tell, report } = usePage();
  const { code, message } = problem;
  useEffect(() => {
    report('view:unknown_error');
    tell({ type: 'error', payload: { errorType: code, errorMessage: message } });
  }, [report, tell, code, message]);
  const canRetry = onRetry && kindOf(problem) !== 'expired';
  const footer = canRetry ? (
    <Button onClick={onRetry}>{t('actions.tryAgain')}</Button>
  ) : closable ? (
    <Button onClick={() => requestClose('click:close')}>{t('actions.close')}</Button>
  ) : undefined;
  return (
    <Frame onBack={onBack} footer={footer}>
      <ProblemPanel problem={problem} name="" />
    </Frame>
  );
}
