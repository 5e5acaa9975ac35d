const LIFE_S = 3_600;

const nameOf = (state: string): string => `oauth2-${state}`;

/** Over https the cookie must come along from a provider's pages into frames too; plain http knows only `Lax`. */
const attributes = (isHttps: boolean): string => `Path=/; HttpOnly; ${isHttps ? 'Secure; SameSite=None' : 'SameSite=Lax'}`;

/** Marks the browser that is sent to a provider (spec/auth.md §3.2). */
export const stateCookie = (state: string, isHttps: boolean): string =>
  `${nameOf(state)}=1; Max-Age=${LIFE_S}; ${attributes(isHttps)}`;

/** Takes the mark away. */
export const clearedStateCookie = (state: string, isHttps: boolean): string =>
  `${nameOf(state)}=; Max-Age=0; ${attributes(isHttps)}`;

/** Whether a browser shows the mark of a state. */
export const showsState = (cookies: string | undefined, state: string): boolean =>
  (cookies ?? '').split(';').some((cookie) => cookie.trim() === `${nameOf(state)}=1`);
