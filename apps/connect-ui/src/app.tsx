import { useEffect, useState } from 'react';
import type { ConnectUiSettings } from './api/wire.js';
import { Problem } from './domain/problem.js';
import type { StartOptions } from './domain/start-options.js';
import type { HostPage } from './host/host-page.js';
import { Connect } from './screens/connect.js';
import { LoadingScreen } from './screens/loading-screen.js';
import { ProblemScreen } from './screens/problem-screen.js';
import { PageContext } from './state/page-context.js';
import { usePageOf } from './state/use-page-of.js';
import { useSessionToken } from './state/use-session-token.js';
import { useTheme } from './state/use-theme.js';
import { ConfirmLeave } from './ui/confirm-leave.js';
import { ErrorBoundary } from './ui/error-boundary.js';

interface Props {
  readonly options: StartOptions;
  /** The page around this one, if any. */
  readonly host: HostPage | undefined;
}

/** The card comes in once, not with every screen. */
const ENTRANCE_MS = 400;

/** The whole page: waits for a session token, then lets somebody connect an account. */
export function App({ options, host }: Props) {
  const { token, settings: tried, problem } = useSessionToken(options, host);
  const [loaded, setLoaded] = useState<ConnectUiSettings>();
  const settings = tried ?? loaded;
  useTheme(options.theme, settings);
  useEffect(() => {
    const timer = setTimeout(() => (document.documentElement.dataset['settled'] = ''), ENTRANCE_MS);
    return () => clearTimeout(timer);
  }, []);
  const { page, leaving } = usePageOf(options, host, token, settings);

  return (
    <PageContext value={page}>
      <div inert={leaving !== undefined}>
        <ErrorBoundary fallback={showProblem}>
          {!options.apiUrl ? (
            <ProblemScreen problem={new Problem('not_found', 'no API address is configured (NANGO_SERVER_URL, apiURL)')} />
          ) : problem ? (
            <ProblemScreen problem={problem} />
          ) : token ? (
            <Connect key={token} apiUrl={options.apiUrl} token={token} onSettings={setLoaded} />
          ) : (
            <LoadingScreen isWaiting />
          )}
        </ErrorBoundary>
      </div>
      {leaving ? <ConfirmLeave onStay={leaving.stay} onLeave={leaving.leave} /> : null}
    </PageContext>
  );
}

const showProblem = (problem: Problem) => <ProblemScreen problem={problem} />;
