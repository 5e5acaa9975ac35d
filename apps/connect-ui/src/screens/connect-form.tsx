import { useEffect, useMemo, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { Integration, Provider } from '../api/wire.js';
import { breachOf } from '../domain/field-rules.js';
import { isAsked } from '../domain/form-field.js';
import { formModel } from '../domain/form-model.js';
import { newUuid } from '../domain/new-uuid.js';
import { kindOf, type Problem } from '../domain/problem.js';
import { submissionOf } from '../domain/submission.js';
import { usePage } from '../state/page-context.js';
import { useOpenSession } from '../state/session-context.js';
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

/** Asks, connects and says how it went. What was entered outlives a failure. */
export function ConnectForm({ integration, provider, onBack }: Props) {
  const { t } = useTranslation();
  const { setTouched, report, options } = usePage();
  const { session } = useOpenSession();
  const [externalId] = useState(newUuid);
  const model = useMemo(
    () => formModel(provider, integration, session, t('fields', { returnObjects: true })),
    [provider, integration, session, t],
  );
  const form = useForm<Record<string, string>>({ defaultValues: { ...model.initial }, mode: 'onTouched' });
  const flow = useConnectFlow(integration);
  const { phase } = flow;

  const isTouched = form.formState.isDirty && phase.at !== 'connected';
  useEffect(() => {
    setTouched(isTouched);
    return () => setTouched(false);
  }, [isTouched, setTouched]);

  const isComplete = (): boolean => {
    const values = form.getValues();
    const wrong = model.fields.filter((field) => isAsked(field, values) && breachOf(field, values[field.id] ?? ''));
    for (const [index, field] of wrong.entries()) {
      const type = breachOf(field, values[field.id] ?? '') as string;
      form.setError(field.id, { type }, { shouldFocus: index === 0 });
    }
    return wrong.length === 0;
  };
  const connect = () => {
    if (options.preview || !isComplete()) return;
    report('click:connect', integration.unique_key);
    flow.start(provider, submissionOf(model.fields, form.getValues(), model.showsExternalId ? externalId : undefined));
  };
  const backTo = (problem: Problem) => {
    flow.reset();
    if (kindOf(problem) !== 'input') return;
    for (const { path, message } of problem.issues) {
      const field = model.fields.find(({ name, visible }) => visible && name === path.at(-1));
      if (field) form.setError(field.id, { type: 'server', message });
    }
  };

  if (phase.at === 'connected') return <SuccessPanel integration={integration} connected={phase.connected} />;
  if (phase.at === 'failed') {
    return (
      <FailurePanel integration={integration} problem={phase.problem} onBack={() => backTo(phase.problem)} onRetry={connect} />
    );
  }
  if (phase.at !== 'form') {
    return <ProgressPanel integration={integration} phase={phase} onCancel={flow.reset} onOpenAgain={connect} />;
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
