import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '#libs/sandbox';
import { classifyFailure, classifyStop, parseFailure } from '../executions/domain/classify.js';
import { hostileFunctions } from './hostile-functions.js';
import { outputOf, TestPool } from './test-pool.js';

/** Escape and exhaustion: each is contained within its limit, reported as documented, and the next one in the pool notices nothing. */
const LIMITS = { wallMs: 1_500, spinMs: 250, memoryMb: 32, outputBytes: 2 * 1024 ** 2 };
/** What ends by itself, or by its memory, may take longer than what has to be ended, most of all on a busy machine. */
const TO_END = { wallMs: 10_000, spinMs: 9_000 };
/** Time after a limit within which a run is told to be over; the rest is the machine's. */
const CONTAINED_MS = 250;
const DOCUMENTED =
  /^(action_script_runtime_error|script_(internal|http|network)_error|execution_timeout|function_runtime_(out_of_memory|other))$/;

const ERROR = '{"error":{"name":"Error","message":"no","code":"server_error"}}';
const HTTP_ERROR = JSON.stringify({
  error: {
    name: 'AxiosError',
    message: 'no',
    code: 'ERR',
    http: { status: 500, response: { status: 500, headers: {}, data: { a: 1 } } },
  },
});
const FOUND = JSON.stringify({ ok: { status: 200, statusText: 'OK', headers: { a: 'b' }, text: '{"a":1,"__proto__":{"b":1}}' } });

function reply(op: string, args: string): Promise<string> {
  if (op === 'http') return Promise.resolve(args.includes('"POST"') ? HTTP_ERROR : FOUND);
  if (op.startsWith('connection')) return new Promise(() => undefined);
  return Promise.resolve(op === 'lock.acquire' ? ERROR : '{"ok":null}');
}

const pool = new TestPool({ processes: 1, spares: 1, memoryBytes: 320 * 1024 ** 2 }, reply);
beforeAll(() => pool.open());
afterAll(() => pool.close());

const codeOf = (result: RunResult): string =>
  result.status === 'stopped'
    ? classifyStop(result.reason, result.message).code
    : result.status === 'threw'
      ? classifyFailure(parseFailure(result.failure), 'subject-crm.cjs').code
      : '';

/** By how much those that computed without end were longer than they may. */
const overshootsMs: number[] = [];

describe('a hostile function', () => {
  it.each(hostileFunctions().map((one) => [one.what, one] as const))('with %s', async (_what, { exec, ends, body }) => {
    const isTimed = 'stops' in ends && ends.stops.includes('timeout');
    const limits = { ...LIMITS, ...(isTimed ? {} : TO_END) };
    const { result } = await pool.run(exec, { limits, ...(body ? { body } : {}) });
    if ('returns' in ends) expect(outputOf(result)).toEqual(ends.returns);
    else if ('stops' in ends)
      expect(ends.stops).toContain(result.status === 'stopped' ? result.reason : JSON.stringify(result).slice(0, 300));
    else {
      expect(result.status, JSON.stringify(result).slice(0, 300)).toBe('threw');
      const failure = parseFailure(result.status === 'threw' ? result.failure : '');
      const { kind, name, message } = ends.throws;
      if (kind) expect(failure.kind).toBe(kind);
      if (name) expect(failure.name).toBe(name);
      if (message) expect(failure.message).toMatch(message);
    }
    if (!('returns' in ends)) expect(codeOf(result)).toMatch(DOCUMENTED);
    expect(result.durationMs).toBeLessThan(limits.wallMs + CONTAINED_MS);
    if (result.status === 'stopped' && result.message.includes('computed')) overshootsMs.push(result.durationMs - limits.spinMs);
    expect(outputOf((await pool.run('return [input, typeof leaked]')).result)).toEqual([{}, 'undefined']);
  });
});

it('those that computed without end were over within 250 ms of their limit', () => {
  expect(overshootsMs.length).toBeGreaterThan(10);
  // Of one in ten, the machine may have had no core at that moment.
  expect(overshootsMs.toSorted((a, b) => a - b)[Math.floor(overshootsMs.length * 0.9)]).toBeLessThan(CONTAINED_MS);
});

it('a call of the SDK carries so much text and no more', async () => {
  const exec = `return nango.post({ endpoint: '/', data: 'x'.repeat(7e7) })`;
  const { result } = await pool.run(exec, { limits: { ...LIMITS, spinMs: 5_000, wallMs: 5_000, memoryMb: 512 } });
  expect(parseFailure(result.status === 'threw' ? result.failure : '{}')).toMatchObject({
    name: 'RangeError',
    message: expect.stringContaining('67108864 characters') as string,
  });
});
