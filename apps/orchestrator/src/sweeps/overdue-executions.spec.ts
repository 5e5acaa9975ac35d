import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AsyncActions, Decisions, type Executions, type OverdueExecution, type Reconciler } from '#libs/executions';
import type { OnEvents } from '#libs/on-events';
import type { SyncRuns } from '#libs/scheduling';
import { OverdueExecutions } from './overdue-executions.service.js';

const overdue = (id: string): OverdueExecution => ({ id, kind: 'action-async', cause: 'run_deadline' });

/** Stores that hold so many overdue actions, of which one cannot be ended. */
function sweepOver(open: Set<string>, atOnce: number): { sweep: OverdueExecutions; stopped: string[] } {
  const stopped: string[] = [];
  const reconciler = { overdue: async () => [...open].slice(0, atOnce).map(overdue) };
  const asyncActions = {
    finish: async (id: string) => {
      if (id === 'stuck') throw new Error('its environment is gone');
      return open.delete(id);
    },
  };
  const executions = { stop: (id: string) => void stopped.push(id) };
  const sweep = new OverdueExecutions(
    reconciler as unknown as Reconciler,
    executions as unknown as Executions,
    asyncActions as unknown as AsyncActions,
    {} as SyncRuns,
    {} as OnEvents,
    new Decisions(),
  );
  return { sweep, stopped };
}

beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(['error', 'warn', 'log']));

it('ends all there are in one round, and those beside one that cannot be ended', async () => {
  const open = new Set(['a', 'stuck', 'b', 'c', 'd']);
  const { sweep, stopped } = sweepOver(open, 2);
  await sweep.settle(() => false);
  expect([stopped, [...open]]).toEqual([['a', 'b', 'c', 'd'], ['stuck']]);
});

it('leaves the rest to the next round when the process stops', async () => {
  const open = new Set(['a', 'b', 'c']);
  const { sweep } = sweepOver(open, 1);
  await sweep.settle(() => open.size < 3);
  expect([...open]).toEqual(['b', 'c']);
});
