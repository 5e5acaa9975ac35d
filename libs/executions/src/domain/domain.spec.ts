import { describe, expect, it } from 'vitest';
import { jsonbText } from './json-text.js';
import { expiredError, overdueSettlement, settlementOf } from './outcomes.js';
import { dayPartitions, isExpired, retentionStart } from './partition-days.js';
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
    const { state, error } = overdueSettlement('id', 'run_deadline');
    expect([state, error]).toEqual(['expired', expiredError('id', 'startedToCompletedTimeoutSecs_exceeded')]);
    expect(error.payload).toEqual({ error: 'Task id expired', payload: { reason: 'startedToCompletedTimeoutSecs_exceeded' } });
  });

  it('fails with its worker', () => {
    expect(overdueSettlement('id', 'worker_lost')).toMatchObject({ state: 'failed', error: { code: 'function_runtime_other' } });
  });
});

it('records an outcome without its measurements', () => {
  expect(settlementOf({ status: 'succeeded', output: 0, durationMs: 5, proxyCalls: 1 })).toEqual({
    state: 'succeeded',
    output: 0,
  });
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
