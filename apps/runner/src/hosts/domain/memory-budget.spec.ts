import { expect, it } from 'vitest';
import { memoryBudget } from './memory-budget.js';

const MB = 1024 ** 2;

it('is what a process is allowed', () => {
  expect(memoryBudget(768 * MB, [])).toBe(768 * MB);
  expect(memoryBudget(768 * MB, [128, 512])).toBe(768 * MB);
});

it('leaves room for the largest function a process runs', () => {
  expect(memoryBudget(768 * MB, [128, 1024])).toBe(1280 * MB);
});
