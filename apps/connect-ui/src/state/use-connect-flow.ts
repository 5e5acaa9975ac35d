import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AuthRequest, authRequest, type Submission } from '../api/auth-request.js';
import { runPopupFlow } from '../api/popup-flow.js';
import { openPopup } from '../api/popup-window.js';
import type { Connected, Integration, Provider } from '../api/wire.js';
import { kindOf, Problem, toProblem } from '../domain/problem.js';
import { usePage } from './page-context.js';
import { useOpenSession } from './session-context.js';

/** Where an attempt to connect stands. */
export type Phase =
  | { readonly at: 'form' }
  | { readonly at: 'checking' }
  | { readonly at: 'popup'; readonly popup: Window; readonly seemsClosed: boolean }
  | { readonly at: 'failed'; readonly problem: Problem }
  | { readonly at: 'connected'; readonly connected: Connected };

export interface ConnectFlow {
  readonly phase: Phase;
  /** Call it straight from a click: it may open a window. */
  readonly start: (provider: Provider, submission: Submission) => void;
  /** Back to the form; an attempt that runs is given up. */
  readonly reset: () => void;
}

/** Attempts to connect an account, and tells the page around this one how they end. */
export function useConnectFlow(integration: Integration): ConnectFlow {
  const { tell, report } = usePage();
  const [phase, setPhase] = useState<Phase>({ at: 'form' });
  const attempt = useRef(new AbortController());
  const run = useRunner(integration, setPhase);
  useEffect(() => () => attempt.current.abort(), []);

  const finish = (connected: Connected) => {
    setPhase({ at: 'connected', connected });
    report('view:success', integration.unique_key);
    tell({ type: 'connect', payload: connected });
  };
  const fail = (problem: Problem) => {
    setPhase({ at: 'failed', problem });
    report(kindOf(problem) === 'credentials' ? 'view:credentials_error' : 'view:unknown_error', integration.unique_key);
    tell({ type: 'error', payload: { errorType: problem.code, errorMessage: problem.message } });
  };
  const start = (provider: Provider, submission: Submission) => {
    attempt.current.abort();
    const { signal } = (attempt.current = new AbortController());
    const request = authRequest(integration.unique_key, provider.auth_mode, provider.installation, submission);
    const unknown = new Problem('invalid_auth_mode', `this page does not know the mode ${provider.auth_mode}`);
    const running = request ? run(request, signal) : Promise.reject(unknown);
    running.then(
      (connected) => signal.aborted || finish(connected),
      (error: unknown) => signal.aborted || fail(toProblem(error)),
    );
  };
  const reset = () => {
    attempt.current.abort();
    setPhase({ at: 'form' });
  };
  return { phase, start, reset };
}

/** Carries out a request, in a popup or by a POST. Nothing comes before the popup: browsers open it only for the click itself. */
function useRunner(integration: Integration, setPhase: (phase: Phase) => void) {
  const { options, report } = usePage();
  const { api, session } = useOpenSession();
  const { t } = useTranslation();
  const key = integration.unique_key;

  return (request: AuthRequest, signal: AbortSignal): Promise<Connected> => {
    if (request.way === 'post') {
      setPhase({ at: 'checking' });
      return api.connect(request.path, request.query, request.body);
    }
    const popup = openPopup(t('loading.title'));
    if (!popup) {
      report('popup:blocked_by_browser', key);
      return Promise.reject(new Problem('blocked_by_browser'));
    }
    setPhase({ at: 'popup', popup, seemsClosed: false });
    return runPopupFlow({
      apiUrl: api.apiUrl,
      websocketsPath: session.websocketsPath ?? '/',
      popup,
      address: (socketId) => api.popupAddress(request.path, request.query, socketId),
      detectClosed: options.detectClosed,
      onClosed: () => {
        report('popup:closed_early', key);
        setPhase({ at: 'popup', popup, seemsClosed: true });
      },
      signal,
    });
  };
}
