import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { RunSpec } from './protocol.js';
import { RunQueue } from './run-queue.js';

const MOST = 2;

function queueOf(...ids: string[]) {
  const begun: string[] = [];
  const queue = new RunQueue(MOST, ({ id }) => begun.push(id));
  for (const id of ids) queue.push({ id } as RunSpec);
  return { queue, begun };
}

/** As many turns of the event loop as all of a test's runs could take. */
async function settle(): Promise<void> {
  for (let n = 0; n < 10; n += 1) await turn();
}

it('runs begin in order, one in a turn of the event loop', async () => {
  const { begun } = queueOf('a', 'b');
  expect(begun).toEqual([]);
  await turn();
  expect(begun).toEqual(['a']);
  await settle();
  expect(begun).toEqual(['a', 'b']);
});

it('no more begin than may be silent; who is heard of makes place for one', async () => {
  const { queue, begun } = queueOf('a', 'b', 'c', 'd');
  await settle();
  expect(begun).toEqual(['a', 'b']);
  queue.heard('b');
  queue.heard('b');
  await settle();
  expect(begun).toEqual(['a', 'b', 'c']);
});

it('runs that compute for long hold up nobody', async () => {
  const { queue, begun } = queueOf('a', 'b', 'c', 'd', 'e');
  await settle();
  queue.watch(performance.now());
  await settle();
  expect(begun).toEqual(['a', 'b']);
  queue.watch(performance.now() + 1_000);
  await settle();
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

it('a run that is taken out does not begin', async () => {
  const { queue, begun } = queueOf('a', 'b', 'c', 'd');
  await settle();
  expect([queue.remove('c'), queue.remove('a')]).toEqual([true, false]);
  queue.heard('a');
  queue.heard('b');
  await settle();
  expect(begun).toEqual(['a', 'b', 'd']);
});
