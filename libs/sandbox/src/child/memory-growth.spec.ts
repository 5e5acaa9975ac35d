import { expect, it } from 'vitest';
import { MemoryGrowth } from './memory-growth.js';

const MB = 1024 ** 2;
const runs = () => ({ idle: { computedMs: 5 }, busy: { computedMs: 5 }, hog: { computedMs: 5 } });

it('memory went to those who computed while it grew, by how long each did', () => {
  const growth = new MemoryGrowth<{ computedMs: number }>();
  const { idle, busy, hog } = runs();
  growth.note(100 * MB, [idle, busy, hog]);
  busy.computedMs += 2;
  hog.computedMs += 8;
  growth.note(150 * MB, [idle, busy, hog]);
  expect([idle, busy, hog].map((run) => growth.bytesOf(run) / MB)).toEqual([0, 10, 40]);
});

it('what is given back is taken from all alike', () => {
  const growth = new MemoryGrowth<{ computedMs: number }>();
  const { busy, hog } = runs();
  growth.note(100 * MB, [busy, hog]);
  hog.computedMs += 1;
  growth.note(200 * MB, [busy, hog]);
  growth.note(100 * MB, [busy, hog]);
  expect([busy, hog].map((run) => growth.bytesOf(run) / MB)).toEqual([0, 50]);
});

it('growth in small steps is not lost', () => {
  const growth = new MemoryGrowth<{ computedMs: number }>();
  const { hog } = runs();
  growth.note(100 * MB, [hog]);
  for (let step = 1; step <= 10; step += 1) {
    hog.computedMs += 1;
    growth.note((100 + step * 0.5) * MB, [hog]);
  }
  expect(growth.bytesOf(hog) / MB).toBe(5);
});
