import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { sendTelemetry } from './api/telemetry.js';
import type { ConnectUiSettings } from './api/wire.js';
import { Problem } from './domain/problem.js';
import type { StartOptions } from './domain/start-options.js';
import type { HostPage } from './host/host-page.js';
import { Connect } from './screens/connect.js';
import { LoadingScreen } from './screens/loading-screen.js';
import { ProblemScreen } from './screens/problem-screen.js';
import { type CloseGesture, type Page, PageContext } from './state/page-context.js';
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

/** What the screens may do with this page, and the question that stands between a touched form and its end. */
function usePageOf(
  options: StartOptions,
  host: HostPage | undefined,
  token: string | undefined,
  settings: ConnectUiSettings | undefined,
) {
  const isTouched = useRef(false);
  const [asked, setAsked] = useState<CloseGesture>();
  const showWatermark = settings?.showWatermark ?? false;

  // Screens report when they appear: it must stay the same while they are shown.
  const report: Page['report'] = useCallback(
    (event, integration) => {
      if (token && options.apiUrl && !options.preview) sendTelemetry(options.apiUrl, token, event, integration);
    },
    [options, token],
  );
  const page = useMemo((): Page & { readonly close: Page['requestClose'] } => {
    const close: Page['requestClose'] = (how) => {
      report(how);
      host?.tell({ type: 'close' });
    };
    return {
      options,
      showWatermark,
      closable: host !== undefined && !options.embedded,
      tell: (event) => host?.tell(event),
      report,
      setTouched: (touched) => {
        isTouched.current = touched;
      },
      requestClose: (how) => {
        if (!host || options.preview) return;
        if (isTouched.current) setAsked(how);
        else close(how);
      },
      close,
    };
  }, [options, host, report, showWatermark]);

  const stay = () => setAsked(undefined);
  useEscape(() => (asked ? stay() : page.closable && page.requestClose('click:close')));
  const leave = () => {
    isTouched.current = false;
    stay();
    if (asked) page.close(asked);
  };
  return { page, leaving: asked && { stay, leave } };
}

function useEscape(onEscape: () => void): void {
  const latest = useRef(onEscape);
  useEffect(() => {
    latest.current = onEscape;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) latest.current();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}
