import { expect, it } from 'vitest';
import type { RefreshOrder, RefreshResult } from '../refresh.types.js';
import type { KeeperProcess } from './keeper-process.js';
import { KeeperRunner } from './keeper-runner.js';
import type { KeeperSetup } from './messages.js';

const order = {} as RefreshOrder;
const keyring = {} as never;

class FakeKeeper {
  hasEnded = false;
  stopped = 0;

  async run(): Promise<RefreshResult> {
    return { kind: 'refreshed' };
  }

  async stop(): Promise<void> {
    this.stopped += 1;
  }
}

function runner(start: () => Promise<FakeKeeper>): KeeperRunner {
  return new KeeperRunner({} as KeeperSetup, { keyring }, start as unknown as () => Promise<KeeperProcess>);
}

it('starts one keeper, however many notice that the last one has ended', async () => {
  const keepers: FakeKeeper[] = [];
  const tested = runner(async () => {
    const keeper = new FakeKeeper();
    keepers.push(keeper);
    return keeper;
  });
  await tested.run(order);
  keepers[0]!.hasEnded = true;
  await Promise.all([tested.run(order), tested.run(order), tested.run(order)]);
  await tested.close();
  expect(keepers).toHaveLength(2);
  expect(keepers[1]!.stopped).toBe(1);
});

it('starts another after one that did not start, for those who ask later', async () => {
  let starts = 0;
  const keeper = new FakeKeeper();
  const tested = runner(() => ((starts += 1) === 1 ? Promise.reject(new Error('no memory')) : Promise.resolve(keeper)));
  const [a, b] = await Promise.all([tested.run(order), tested.run(order)]);
  expect([a.kind, b.kind]).toEqual(['failed', 'failed']);
  expect(await tested.run(order)).toEqual({ kind: 'refreshed' });
  await tested.close();
  expect([starts, keeper.stopped]).toEqual([2, 1]);
});
