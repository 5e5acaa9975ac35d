import { describe, expect, it } from 'vitest';
import type { RefreshState } from '../../credentials.types.js';
import { hasRecovered, isStillValid, refreshDecision } from './refresh-decision.js';

const now = new Date('2026-01-05T10:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const calm: RefreshState = { failedAt: null, savedAt: null, attempts: 0, exhausted: false };
const NO_WISH = { forced: false, rejected: false };
const decide = (
  state: Partial<RefreshState>,
  freshness: 'fresh' | 'due' | 'unknown',
  wish: Partial<typeof NO_WISH> = {},
  credentialsVersion = 2,
) => refreshDecision({ refresh: { ...calm, ...state }, credentialsVersion }, freshness, { ...NO_WISH, ...wish }, now);

describe('refreshDecision', () => {
  it('uses fresh tokens, whatever failed before, and refreshes due ones', () => {
    expect(decide({ failedAt: ago(1), exhausted: true }, 'fresh')).toBe('use');
    expect(decide({}, 'due')).toBe('refresh');
  });

  it('leaves a provider alone for half a minute after a failure, and for good after days of them', () => {
    expect(decide({ failedAt: ago(29) }, 'due')).toBe('backoff');
    expect(decide({ failedAt: ago(31) }, 'due')).toBe('refresh');
    expect(decide({ failedAt: ago(9_000), exhausted: true }, 'due')).toBe('exhausted');
  });

  it('refreshes when it is forced to, always', () => {
    expect(decide({ failedAt: ago(1), exhausted: true }, 'fresh', { forced: true })).toBe('refresh');
  });

  it.each(['unknown', 'fresh'] as const)(
    'renews a token (%s) once the provider refuses it, unless it was renewed a moment ago',
    (freshness) => {
      expect(decide({}, freshness)).toBe('use');
      expect(decide({}, freshness, { rejected: true })).toBe('refresh');
      expect(decide({ savedAt: ago(61) }, freshness, { rejected: true })).toBe('refresh');
      expect(decide({ savedAt: ago(30) }, freshness, { rejected: true })).toBe('use');
      expect(decide({ savedAt: ago(300), failedAt: ago(10) }, freshness, { rejected: true })).toBe('backoff');
      expect(decide({ exhausted: true }, freshness, { rejected: true })).toBe('exhausted');
    },
  );

  it('renews a refused token that has never been renewed, new as it may be', () => {
    expect(decide({ savedAt: ago(1) }, 'fresh', { rejected: true }, 1)).toBe('refresh');
    expect(decide({ savedAt: ago(1), failedAt: ago(1) }, 'fresh', { rejected: true }, 1)).toBe('backoff');
    expect(decide({ savedAt: ago(1) }, 'fresh', {}, 1)).toBe('use');
  });
});

describe('isStillValid', () => {
  it('needs an end that lies ahead', () => {
    const ending = (at: Date) => isStillValid({ credentials: { type: 'OAUTH2', expires_at: at.toISOString() } }, now);
    expect([ending(ago(-60)), ending(ago(-2)), ending(ago(60))]).toEqual([true, false, false]);
    expect(isStillValid({ credentials: { type: 'OAUTH2' } }, now)).toBe(false);
  });
});

describe('hasRecovered', () => {
  it('is true of a success after a failure', () => {
    const states = [
      { failedAt: ago(9), savedAt: ago(5) },
      { failedAt: ago(5), savedAt: ago(9) },
      { failedAt: null, savedAt: ago(5) },
      { failedAt: ago(5), savedAt: null },
    ];
    expect(states.map((state) => hasRecovered({ refresh: { ...calm, ...state } }))).toEqual([true, false, false, false]);
  });
});
