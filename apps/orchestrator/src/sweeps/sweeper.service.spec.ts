import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { LeaderLease } from '#libs/database';
import type { Deliveries } from '#libs/deliveries';
import type { Decisions, ExecutionCaps, Reconciler } from '#libs/executions';
import type { SyncRuns } from '#libs/scheduling';
import { LeaderSteps } from './leader-steps.service.js';
import type { OverdueExecutions } from './overdue-executions.service.js';
import { Sweeper } from './sweeper.service.js';

beforeEach(() => void vi.useFakeTimers());
beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(['error', 'warn', 'log']));
afterEach(() => void vi.useRealTimers());

class OneSweep extends Sweeper {
  sweep = () => this.tick();
}

function sweeperWith(more: { isLeader?: () => boolean; reconcile?: () => Promise<number> } = {}) {
  const done: string[] = [];
  const does =
    <Answer>(what: string, answer: Answer) =>
    async () => {
      done.push(what);
      return answer;
    };
  const note = (decision: string, count = 1) => void (count > 0 && done.push(`! ${decision}`));
  const lease = { hold: async () => more.isLeader?.() ?? true, release: async () => undefined } as unknown as LeaderLease;
  const steps = new LeaderSteps(lease, { note } as unknown as Decisions);
  const sweeper = new OneSweep(
    steps,
    { publishChanged: does('caps', undefined) } as unknown as ExecutionCaps,
    { reconcile: more.reconcile ?? does('reconcile', 0) } as unknown as Reconciler,
    { settle: does('overdue', undefined) } as unknown as OverdueExecutions,
    { freeStranded: does('schedules', 2) } as unknown as SyncRuns,
    { resendOverdue: does('deliveries', 0) } as unknown as Deliveries,
  );
  return { sweeper, done };
}

it('takes every step, and says what it decided', async () => {
  const { sweeper, done } = sweeperWith();
  await sweeper.sweep();
  expect(done).toEqual(['! leader_taken', 'overdue', 'caps', 'reconcile', 'schedules', '! schedule_freed', 'deliveries']);
});

it('goes on after a step that fails', async () => {
  const { sweeper, done } = sweeperWith({ reconcile: () => Promise.reject(new Error('away')) });
  await sweeper.sweep();
  expect(done).toContain('deliveries');
});

it('does not wait for ever for a step that does not end, nor begins it again meanwhile', async () => {
  const reconcile = vi.fn<() => Promise<number>>(() => new Promise(() => undefined));
  const { sweeper, done } = sweeperWith({ reconcile });
  const sweeping = sweeper.sweep();
  await vi.advanceTimersByTimeAsync(3_000);
  await sweeping;
  expect(done).toEqual(expect.arrayContaining(['! step_late', 'deliveries']));
  await sweeper.sweep();
  expect(reconcile).toHaveBeenCalledTimes(1);
});

it('leaves all to the one that leads, and says when it takes over', async () => {
  let isLeader = false;
  const { sweeper, done } = sweeperWith({ isLeader: () => isLeader });
  await sweeper.sweep();
  expect(done).toEqual([]);
  isLeader = true;
  await sweeper.sweep();
  await sweeper.sweep();
  expect(done.filter((what) => what === '! leader_taken')).toHaveLength(1);
});
