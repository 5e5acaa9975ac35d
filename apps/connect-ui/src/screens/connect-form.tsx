import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Integration, Provider } from '../api/wire.js';
import { formModel } from '../domain/form-model.js';
import { newUuid } from '../domain/new-uuid.js';
import type { Problem } from '../domain/problem.js';
import { submissionOf } from '../domain/submission.js';
import { usePage } from '../state/page-context.js';
import { useOpenSession } from '../state/session-context.js';
import { useAnswers } from '../state/use-answers.js';
import { useConnectFlow } from '../state/use-connect-flow.js';
import { FailurePanel } from './failure-panel.js';
import { FormPanel } from './form-panel.js';
import { ProgressPanel } from './progress-panel.js';
import { SuccessPanel } from './success-panel.js';

interface Props {
  readonly integration: Integration;
  readonly provider: Provider;
  readonly onBack: (() => void) | undefined;
}

/** Asks, connects and says how it went. */
export function ConnectForm({ integration, provider, onBack }: Props) {
  const { t } = useTranslation();
  const { report, options } = usePage();
  const { session } = useOpenSession();
  const [externalId] = useState(newUuid);
  const model = useMemo(
    () => formModel(provider, integration, session, t('fields', { returnObjects: true })),
    [provider, integration, session, t],
  );
  const { phase, start, reset } = useConnectFlow(integration);
  const { form, isComplete, showIssues } = useAnswers(model, phase.at === 'connected');

  const connect = () => {
    if (options.preview || !isComplete()) return;
    report('click:connect', integration.unique_key);
    start(provider, submissionOf(model.fields, form.getValues(), model.showsExternalId ? externalId : undefined));
  };
  const backFrom = (problem: Problem) => {
    reset();
    showIssues(problem);
  };

  if (phase.at === 'connected') return <SuccessPanel integration={integration} connected={phase.connected} />;
  if (phase.at === 'failed') {
    const { problem } = phase;
    return <FailurePanel integration={integration} problem={problem} onBack={() => backFrom(problem)} onRetry={connect} />;
  }
  if (phase.at !== 'form') {
    return <ProgressPanel integration={integration} phase={phase} onCancel={reset} onOpenAgain={connect} />;
  }
  return (
    <FormPanel
      integration={integration}
      provider={provider}
      model={model}
      form={form}
      externalId={externalId}
      onSubmit={connect}
      onBack={onBack}
    />
  );
}
