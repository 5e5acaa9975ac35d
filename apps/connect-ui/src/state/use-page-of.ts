import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { sendTelemetry } from '../api/telemetry.js';
import type { ConnectUiSettings } from '../api/wire.js';
import type { StartOptions } from '../domain/start-options.js';
import type { HostPage } from '../host/host-page.js';
import type { CloseGesture, Page } from './page-context.js';

/** The question that stands between a touched form and its end. */
interface Leaving {
  readonly stay: () => void;
  readonly leave: () => void;
}

/** What the screens may do with this page, and the question it asks before it closes, while it does. */
export function usePageOf(
  options: StartOptions,
  host: HostPage | undefined,
  token: string | undefined,
  settings: ConnectUiSettings | undefined,
): { readonly page: Page; readonly leaving: Leaving | undefined } {
  const voice = useVoice(options, host, token);
  const isTouched = useRef(false);
  const [asked, setAsked] = useState<CloseGesture>();
  const showWatermark = settings?.showWatermark ?? false;
  const closes = host !== undefined && !options.preview;

  const page = useMemo(
    (): Page => ({
      ...voice,
      options,
      showWatermark,
      closable: host !== undefined && !options.embedded,
      setTouched: (touched) => {
        isTouched.current = touched;
      },
      requestClose: (how) => {
        if (!closes) return;
        if (isTouched.current) setAsked(how);
        else voice.close(how);
      },
    }),
    [options, host, closes, voice, showWatermark],
  );

  const stay = () => setAsked(undefined);
  useEscape(() => (asked ? stay() : page.closable && page.requestClose('click:close')));
  const leave = () => {
    isTouched.current = false;
    stay();
    if (asked) voice.close(asked);
  };
  return { page, leaving: asked && { stay, leave } };
}

/** What this page says to others. Screens speak when they appear, so it stays the same while they are shown. */
function useVoice(options: StartOptions, host: HostPage | undefined, token: string | undefined) {
  const { apiUrl, preview } = options;
  const tell: Page['tell'] = useCallback((event) => host?.tell(event), [host]);
  const report: Page['report'] = useCallback(
    (event, integration) => {
      if (token && apiUrl && !preview) sendTelemetry(apiUrl, token, event, integration);
    },
    [apiUrl, preview, token],
  );
  return useMemo(() => {
    const close = (how: CloseGesture) => {
      report(how);
      tell({ type: 'close' });
    };
    return { tell, report, close };
  }, [tell, report]);
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
