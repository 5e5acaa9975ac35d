import { expect, it } from 'vitest';
import type { Transaction } from '#libs/database';
import type { JobProducer } from '#libs/queues';
import { Deliveries } from './deliveries.service.js';
import type { DeliveriesRepository } from './deliveries.repository.js';
import type { NewDelivery } from './deliveries.types.js';

const delivery: NewDelivery = { environmentId: 1, type: 'auth', payload: {}, urls: ['https://hooks.example'] };

it.each([
  ['is away', () => Promise.reject(new Error('away'))],
  ['does not answer', () => new Promise<never>(() => undefined)],
])('accepts a webhook though Redis %s: the row is what counts', async (_how, enqueueMany) => {
  const afterCommit: (() => Promise<unknown> | void)[] = [];
  const tx: Transaction = {
    query: async () => [],
    afterCommit: (action) => void afterCommit.push(action),
    afterRollback: () => undefined,
  };
  const rows = { insert: async () => [7] } as unknown as DeliveriesRepository;
  const jobs = { enqueueMany } as unknown as JobProducer;
  const none = undefined as never;
  const deliveries = new Deliveries(rows, none, none, jobs, none, none);
  expect(await deliveries.store(tx, delivery)).toEqual([7]);
  for (const action of afterCommit) await action();
  expect(afterCommit).toHaveLength(1);
});
