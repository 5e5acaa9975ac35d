import { EventEmitter, once } from 'node:events';
import { expect, it } from 'vitest';
import { Ticker } from './ticker.js';

class Counting extends Ticker {
  rounds = 0;
  readonly events = new EventEmitter();

  constructor(
    private readonly failing = false,
    everyMs = 1,
  ) {
    super(everyMs);
  }

  protected async tick(): Promise<void> {
    this.rounds += 1;
    this.events.emit('round', this.rounds);
    if (this.failing) throw new Error('this round fails');
  }
}

const reached = async (ticker: Counting, rounds: number): Promise<void> => {
  while (ticker.rounds < rounds) await once(ticker.events, 'round');
};

it('does its work again and again until it is stopped', async () => {
  const ticker = new Counting();
  ticker.onApplicationBootstrap();
  await reached(ticker, 3);
  await ticker.beforeApplicationShutdown();
  const { rounds } = ticker;
  await new Promise((resolve) => setImmediate(resolve));
  expect(ticker.rounds).toBe(rounds);
});

it('goes on after a round that failed', async () => {
  const ticker = new Counting(true);
  ticker.onApplicationBootstrap();
  await reached(ticker, 2);
  await ticker.beforeApplicationShutdown();
  expect(ticker.rounds).toBeGreaterThanOrEqual(2);
});

it('does nothing where it is turned off', async () => {
  const ticker = new Counting(false, 0);
  ticker.onApplicationBootstrap();
  await new Promise((resolve) => setImmediate(resolve));
  await ticker.beforeApplicationShutdown();
  expect(ticker.rounds).toBe(0);
});
