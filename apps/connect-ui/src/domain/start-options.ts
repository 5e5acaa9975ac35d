import type { ThemeName } from '../api/wire.js';

/** How this page was asked to be, by its address and its surroundings (spec/auth.md §7.1). */
export interface StartOptions {
  readonly token: string | undefined;
  /** Without a trailing slash; undefined when nobody named one. */
  readonly apiUrl: string | undefined;
  readonly detectClosed: boolean;
  readonly language: string | undefined;
  readonly theme: ThemeName | undefined;
  /** Shown inside another page's layout, without a backdrop. */
  readonly embedded: boolean;
  /** Shown to whoever chooses its looks: submits nothing, closes nothing. */
  readonly preview: boolean;
  /** Inside an iframe; else opened by link. */
  readonly framed: boolean;
}

/**
 * Reads the address.
 * @param configuredApiUrl what the server of this page says its API is
 */
export function startOptions(search: string, configuredApiUrl: string, framed: boolean): StartOptions {
  const query = new URLSearchParams(search);
  return {
    token: query.get('session_token') || undefined,
    apiUrl: apiUrlOf(query.get('apiURL'), configuredApiUrl, framed),
    detectClosed: query.get('detectClosedAuthWindow') === 'true',
    language: query.get('lang') || undefined,
    theme: themeOf(query.get('theme')),
    embedded: query.get('embedded') === 'true',
    preview: query.get('preview') === 'true',
    framed,
  };
}

/**
 * The page that embeds us may name another API: it could as well show a form of its own. A link may not: anyone could make one that shows,
 * under our address, a form whose answers go to a stranger. It can choose only another address at the configured API's origin.
 */
function apiUrlOf(asked: string | null, configured: string, framed: boolean): string | undefined {
  const own = httpUrl(configured);
  const wanted = httpUrl(asked);
  const mayChoose = framed || own === undefined || (wanted !== undefined && wanted.origin === own.origin);
  const chosen = mayChoose && wanted ? wanted : own;
  return chosen && `${chosen.origin}${chosen.pathname}`.replace(/\/+$/, '');
}

function httpUrl(text: string | null): URL | undefined {
  if (!text || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}

const themeOf = (name: string | null): ThemeName | undefined =>
  name === 'light' || name === 'dark' || name === 'system' ? name : undefined;
