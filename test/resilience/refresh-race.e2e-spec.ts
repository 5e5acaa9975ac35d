import { expect, inject, it } from 'vitest';
import { race } from '../../tools/chaos/refresh.mjs';

/** A short form of `npm run chaos -- refresh`: three servers, a refresh token that works once, a kill at a random moment. */
const ROUNDS = 4;
const CALLERS = 300;

it(
  'renews an expired token exactly once and loses no rotation, whichever server is killed when',
  { timeout: 110_000 },
  async () => {
    const seed = Date.now() % 1_000_000;
    const lines: string[] = [];
    const options = { rounds: ROUNDS, callers: CALLERS, seed, say: (line: string) => void lines.push(line) };
    const { failures, totals } = await race(inject('stores'), options);
    expect(failures, `seed ${seed}\n${lines.join('\n')}`).toEqual([]);
    expect(totals).toMatchObject({ asked: ROUNDS * CALLERS, accepted: ROUNDS });
  },
);
