import { useEffect, useState } from 'react';
import type { ConnectUiSettings } from '../api/wire.js';
import { Problem } from '../domain/problem.js';
import type { StartOptions } from '../domain/start-options.js';
import type { HostPage } from '../host/host-page.js';

const TOKEN_WITHIN_MS = 10_000;

export interface Arrivals {
  readonly token: string | undefined;
  /** Settings that whoever chooses the looks tries out (preview only). */
  readonly settings: ConnectUiSettings | undefined;
  readonly problem: Problem | undefined;
}

/** The session token: from the address, or from the page around this one, which is told that we are ready. */
export function useSessionToken(options: StartOptions, host: HostPage | undefined): Arrivals {
  const [token, setToken] = useState(options.token);
  const [settings, setSettings] = useState<ConnectUiSettings>();
  const [isLate, setIsLate] = useState(false);

  useEffect(() => {
    if (!host) return undefined;
    const stop = host.listen({
      onSessionToken: setToken,
      onSettings: (changed) => {
        if (options.preview) setSettings(changed);
      },
    });
    host.tell({ type: 'ready' });
    return stop;
  }, [host, options.preview]);

  useEffect(() => {
    if (token || !host) return undefined;
    const timer = setTimeout(() => setIsLate(true), TOKEN_WITHIN_MS);
    return () => clearTimeout(timer);
  }, [token, host]);

  return { token, settings, problem: token ? undefined : problemOf(host !== undefined, isLate) };
}

const problemOf = (framed: boolean, isLate: boolean): Problem | undefined => {
  if (!framed) return new Problem('missing_session_token');
  return isLate ? new Problem('session_token_timeout') : undefined;
};
