import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { ApiClient } from '../api/api-client.js';
import type { ConnectSession, ConnectUiSettings, Integration } from '../api/wire.js';
import { toProblem } from '../domain/problem.js';
import { usePage } from '../state/page-context.js';
import { SessionContext } from '../state/session-context.js';
import { FormScreen } from './form-screen.js';
import { ListScreen } from './list-screen.js';
import { LoadingScreen } from './loading-screen.js';
import { ProblemScreen } from './problem-screen.js';

interface Props {
  readonly apiUrl: string;
  readonly token: string;
  readonly onSettings: (settings: ConnectUiSettings) => void;
}

/** One session: the list of what can be connected, and the form of what was chosen. */
export function Connect({ apiUrl, token, onSettings }: Props) {
  const { report } = usePage();
  const api = useMemo(() => new ApiClient(apiUrl, token), [apiUrl, token]);
  const session = useQuery({ queryKey: [token, 'session'], queryFn: () => api.session() });
  const integrations = useQuery({ queryKey: [token, 'integrations'], queryFn: () => api.integrations() });
  const [chosen, setChosen] = useState<Integration>();
  const [search, setSearch] = useState('');

  useEffect(() => report('open'), [report]);
  useEffect(() => {
    if (session.data) onSettings(session.data.connectUISettings);
  }, [session.data, onSettings]);
  const open = useMemo(() => (session.data ? { api, session: session.data } : undefined), [api, session.data]);

  const failed = session.error ?? integrations.error;
  if (failed) {
    const retry = () =>
      void Promise.all([session, integrations].filter((query) => query.isError).map((query) => query.refetch()));
    return <ProblemScreen problem={toProblem(failed)} onRetry={retry} />;
  }
  if (!open || !integrations.data) return <LoadingScreen />;
  const only = onlyChoice(open.session, integrations.data);
  const current = chosen ?? only;
  return (
    <SessionContext value={open}>
      {current ? (
        <FormScreen key={current.unique_key} integration={current} onBack={only ? undefined : () => setChosen(undefined)} />
      ) : (
        <ListScreen integrations={integrations.data} search={search} onSearch={setSearch} onChoose={setChosen} />
      )}
    </SessionContext>
  );
}

/** A session made for one integration has nothing to choose. */
const onlyChoice = (session: ConnectSession, integrations: readonly Integration[]): Integration | undefined =>
  session.allowed_integrations?.length === 1 && integrations.length === 1 ? integrations[0] : undefined;
