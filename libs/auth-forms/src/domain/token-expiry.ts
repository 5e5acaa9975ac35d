import { decodeJwt } from 'jose';
import ms, { type StringValue } from 'ms';
import type { Provider } from '#libs/providers';
import { momentOf } from '#libs/token-http';
import { FOREVER_MS } from './lifetimes.js';
import { textAt } from './template-values.js';

type Rules = Pick<Provider, 'token_response' | 'token_expires_in_ms'>;

/** A JWT says itself when it ends; it is given up this long before. */
const JWT_MARGIN_MS = 15 * 60_000;

interface Tokens {
  readonly token: string;
  readonly refreshToken?: string | undefined;
}

/**
 * When a token ends (spec/auth.md §2.13): as the answer says, else after the catalogue's lifetime, else as the token itself says, else
 * long after all of us. Null: never, and the catalogue says so with a lifetime of 0.
 */
export function tokenExpiry(provider: Rules, answer: unknown, { token, refreshToken }: Tokens, now: Date): Date | null {
  const told = toldExpiry(provider, answer, now);
  if (told) return bounded(told.getTime());
  const lifetimeMs = provider.token_expires_in_ms;
  if (lifetimeMs === 0) return null;
  if (lifetimeMs !== undefined) return after(now, lifetimeMs);
  const own = endOfJwt(token) ?? endOfJwt(refreshToken);
  return own ? bounded(own.getTime() - JWT_MARGIN_MS) : after(now, FOREVER_MS);
}

function toldExpiry({ token_response: rules }: Rules, answer: unknown, now: Date): Date | undefined {
  if (rules?.token_expiration === undefined) return undefined;
  const text = textAt(answer, rules.token_expiration);
  if (text === undefined || text.trim() === '') return undefined;
  if (rules.token_expiration_strategy !== 'expireIn') return momentIn(text, now) ?? momentOf(text);
  const lifetimeMs = Number.isFinite(Number(text)) ? Number(text) * 1000 : durationOf(text);
  return lifetimeMs !== undefined && lifetimeMs > 0 ? after(now, lifetimeMs) : undefined;
}

/** `D:HH:MM`, counted from now. */
function momentIn(text: string, now: Date): Date | undefined {
  const [, days, hours, minutes] = /^(\d{1,6}):(\d{1,2}):(\d{1,2})$/.exec(text.trim()) ?? [];
  if (days === undefined) return undefined;
  return after(now, ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000);
}

/** Texts such as `1h`. */
const durationOf = (text: string): number | undefined => (text.length <= 100 ? ms(text as StringValue) : undefined);

/** When a JWT says that it ends; undefined for what is none. Nobody's word is taken for it: it only decides when to renew. */
export function endOfJwt(text: string | undefined): Date | undefined {
  if (text === undefined || text.split('.').length !== 3) return undefined;
  try {
    const { exp } = decodeJwt(text);
    return momentOf(exp);
  } catch {
    return undefined;
  }
}

const after = (now: Date, durationMs: number): Date => bounded(now.getTime() + durationMs);

/** The last moment that four digits of a year can name, which databases and ISO texts take. */
const END_OF_DATES = Date.UTC(9999, 11, 31);

const bounded = (time: number): Date => new Date(Math.min(time, END_OF_DATES));
