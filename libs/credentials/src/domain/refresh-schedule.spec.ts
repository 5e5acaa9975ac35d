import { describe, expect, it } from 'vitest';
import { nextRefreshAt } from './refresh-schedule.js';

const now = new Date('2026-01-05T10:00:00Z');
const minutes = (count: number) => new Date(now.getTime() + count * 60_000);
const token = (endsIn: number) => ({ type: 'OAUTH2', access_token: 't', expires_at: minutes(endsIn).toISOString() });

describe('nextRefreshAt', () => {
  it('comes before the margin in which users of the token renew it, spread over a fifth of its life', () => {
    expect(nextRefreshAt(token(60), {}, now, 0)).toEqual(minutes(45));
    expect(nextRefreshAt(token(60), {}, now, 1)).toEqual(minutes(36));
    expect(nextRefreshAt(token(60), { token_expiration_buffer: 60 }, now, 0)).toEqual(minutes(59));
    expect(nextRefreshAt(token(24 * 60), {}, now, 1)).toEqual(minutes(24 * 60 - 15 - 30));
  });

  it('leaves a token that lives less long than the margin half of its life', () => {
    expect(nextRefreshAt(token(10), {}, now, 0)).toEqual(minutes(5));
    expect(nextRefreshAt(token(-3), {}, now, 0.7)).toEqual(minutes(-3));
  });

  it('is daily for credentials that only the provider can judge, and never for others without an end', () => {
    expect(nextRefreshAt({ type: 'API_KEY', apiKey: 'k' }, {}, now, 0)).toEqual(minutes(24 * 60));
    expect(nextRefreshAt({ type: 'OAUTH2', access_token: 't' }, {}, now, 0)).toBeNull();
    expect(nextRefreshAt({ type: 'NONE' }, {}, now, 0)).toBeNull();
  });
});
