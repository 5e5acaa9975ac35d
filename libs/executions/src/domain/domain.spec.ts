import { describe, expect, it } from 'vitest';
import { nextAttemptAt } from './attempts.js';
import { capsInForce, capsText, hasAny } from './caps.js';
import { jsonbText } from './json-text.js';
import { expiredError, lostError, overdueSettlement, settlementOf } from './outcomes.js';
import { dayPartitions, isExpired, retentionStart } from './partition-days.js';
import { queueFull } from './queue-full.js';
import { expiry } from './waiting.js';

describe('the text of a jsonb column', () => {
  it.each([
    ['a NUL', { a: 'x\0y' }, '{"a":"x\uFFFDy"}'],
    ['two NULs', '\0\0', '"\uFFFD\uFFFD"'],
    ['half a pair', '\uD83D', '"\uFFFD"'],
    ['a whole pair', '😀', '"😀"'],
    ['what only looks like one', '\\u0000', '"\\\\u0000"'],
    ['a backslash before one', '\\\0', '"\\\\\uFFFD"'],
  ])('survives %s', (_what, value, text) => {
    expect(jsonbText(value)).toBe(text);
    expect(() => JSON.parse(text)).not.toThrow();
  });
});

describe('a waiter gives up', () => {
  const wait = { createdAtMs: 0, startWithinMs: 30_000, runWithinMs: 900_000, heardAtMs: undefined };
  it.each([
    ['not before the start deadline', wait, 31_000, undefined],
    ['after the start deadline', wait, 32_001, 'createdToStartedTimeoutSecs_exceeded'],
    ['not while its worker is heard of', { ...wait, heardAtMs: 600_000 }, 615_000, undefined],
    ['when its worker falls silent', { ...wait, heardAtMs: 600_000 }, 620_001, 'heartbeatTimeoutSecs_exceeded'],
    ['when it runs too long', { ...wait, heardAtMs: 930_000 }, 930_001, 'startedToCompletedTimeoutSecs_exceeded'],
  ])('%s', (_when, given, now, reason) => {
    expect(expiry(given, now)).toBe(reason);
  });
});

describe('an execution nobody settled', () => {
  it('expires past a deadline', () => {
    const { state, error } = overdueSettlement({ id: 'id', kind: 'action-async', cause: 'run_deadline' });
    expect([state, error]).toEqual(['expired', expiredError('id', 'startedToCompletedTimeoutSecs_exceeded')]);
    expect(error.payload).toEqual({ error: 'Task id expired', payload: { reason: 'startedToCompletedTimeoutSecs_exceeded' } });
  });

  it('fails with its worker', () => {
    const settlement = overdueSettlement({ id: 'id', kind: 'sync', cause: 'worker_lost' });
    expect(settlement).toMatchObject({ state: 'failed', error: { code: 'function_runtime_other' } });
  });

  it.each([
    ['action', 'action_script_failure'],
    ['sync', 'sync_script_failure'],
    ['on-event', 'on_event_script_failure'],
  ] as const)('says which kind of function it was: %s', (kind, code) => {
    expect(overdueSettlement({ id: 'id', kind, cause: 'start_deadline' }).error.code).toBe(code);
  });
});

describe('another attempt', () => {
  const now = new Date('2026-11-23T22:10:00Z');
  const after = (attempt: number, maxAttempts: number, error = lostError('broken')) => {
    const at = nextAttemptAt({ attempt, maxAttempts }, error, now);
    return at && at.getTime() - now.getTime();
  };

  it('follows a failure, later each time', () => {
    expect([0, 1, 2, 3, 4].map((attempt) => after(attempt, 6))).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
  });

  it('does not follow the last one, nor an input that was refused', () => {
    expect([after(5, 6), after(0, 1)]).toEqual([undefined, undefined]);
    expect(after(0, 6, { code: 'invalid_action_input', status: 400, payload: [] })).toBeUndefined();
  });
});

it('records an outcome without its measurements', () => {
  expect(settlementOf({ status: 'succeeded', output: 0, durationMs: 5, proxyCalls: 1 })).toEqual({
    state: 'succeeded',
    output: 0,
  });
});

describe('caps of an environment', () => {
  const kinds = { action: 500, 'action-async': 1, sync: 500, 'on-event': 100 };
  const everywhere = { slots: kinds, environmentCaps: kinds, maxQueued: 10_000 };
  const own = { maxRunning: 3, maxQueued: null, weight: 2, maxRunningPerConnection: 0 };

  it('are as everywhere where it has none of its own', () => {
    const none = { maxRunning: 1, maxQueued: 10_000, weight: 1, maxRunningPerConnection: 0 };
    expect(capsInForce('action-async', undefined, everywhere)).toEqual(none);
    expect(capsInForce('sync', own, { ...everywhere, connectionCap: 5 })).toEqual({ ...own, maxQueued: 10_000 });
    expect(capsInForce('sync', undefined, { ...everywhere, connectionCap: 5 }).maxRunningPerConnection).toBe(5);
  });

  it('are written for the script in its order', () => {
    expect(capsText(own)).toBe('3 2 0 -');
    expect([hasAny(own), hasAny({ maxRunning: null, maxQueued: null, weight: null, maxRunningPerConnection: null })]).toEqual([
      true,
      false,
    ]);
  });
});

it('tells who has too many waiting when to come back', () => {
  expect(queueFull('no')).toMatchObject({ code: 'queue_full', status: 429, retryAfterMs: 5_000, message: 'no' });
});

describe('day partitions', () => {
  const at = new Date('2026-11-23T22:10:00Z');
  it('begin today and follow without a gap', () => {
    const days = dayPartitions(at, 3);
    expect(days.map((day) => day.name)).toEqual(['executions_20261123', 'executions_20261124', 'executions_20261125']);
    expect(days[0]?.to).toBe(days[1]?.from);
  });

  it('end with the retention', () => {
    const start = retentionStart(at, 5);
    expect(['executions_20261117', 'executions_20261118', 'executions_default'].map((name) => isExpired(name, start))).toEqual([
      true,
      false,
      false,
    ]);
  });
});
