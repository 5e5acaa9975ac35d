import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Integration } from '../api/wire.js';
import { toProblem } from '../domain/problem.js';
import { usePage } from '../state/page-context.js';
import { useOpenSession } from '../state/session-context.js';
import { ConnectForm } from './connect-form.js';
import { LoadingScreen } from './loading-screen.js';
import { ProblemScreen } from './problem-screen.js';

interface Props {
  readonly integration: Integration;
  readonly onBack: (() => void) | undefined;
}

/** The chosen integration, once its catalogue entry is here. */
export function FormScreen({ integration, onBack }: Props) {
  const { i18n } = useTranslation();
  const { report } = usePage();
  const { api } = useOpenSession();
  const provider = useQuery({
    queryKey: [api.token, 'provider', integration.provider, i18n.language],
    queryFn: () => api.provider(integration.provider, i18n.language),
  });
  useEffect(() => report('view:integration', integration.unique_key), [report, integration.unique_key]);
  if (provider.error) {
    return <ProblemScreen problem={toProblem(provider.error)} onRetry={() => void provider.refetch()} onBack={onBack} />;
  }
  if (!provider.data) return <LoadingScreen />;
  return <ConnectForm integration={integration} provider={provider.data} onBack={onBack} />;
}
