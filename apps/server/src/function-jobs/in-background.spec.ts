import { Logger } from '@nestjs/common';
import { afterEach, expect, it, vi } from 'vitest';
import type { FunctionJob, FunctionJobEnd, FunctionJobs } from '#libs/function-jobs';
import { AppError } from '#libs/kernel';
import { inBackground } from './in-background.js';

const job = { id: 'one', kind: 'dryrun' } as FunctionJob;
const finish = vi.fn<(id: string, end: FunctionJobEnd) => Promise<void>>();
const jobsThat = (start: boolean) => ({ start: () => Promise.resolve(start), finish }) as unknown as FunctionJobs;

afterEach(() => {
  vi.restoreAllMocks();
  finish.mockReset();
});

it('tells what went wrong as the end of the job', async () => {
  finish.mockResolvedValue();
  inBackground(jobsThat(true), job, () => Promise.reject(new AppError('validation_error', 'no frequency')));
  await expect.poll(() => finish.mock.calls).toEqual([['one', { error: { code: 'validation_error', message: 'no frequency' } }]]);
});

it('logs an end that cannot be stored, and goes on', async () => {
  finish.mockRejectedValue(new Error('the database is away'));
  const logged = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
  inBackground(jobsThat(true), job, () => Promise.reject(new Error('broken')));
  await expect.poll(() => logged.mock.calls.flat()).toEqual(['the end of the dryrun one was not stored: the database is away']);
});

it('does nothing for a job that was given up meanwhile', async () => {
  const work = vi.fn<() => Promise<void>>();
  inBackground(jobsThat(false), job, work);
  await new Promise((resolve) => setImmediate(resolve));
  expect([work.mock.calls, finish.mock.calls]).toEqual([[], []]);
});
