import { expect, it } from 'vitest';
import { timingOf } from './timing.js';

const DAY_MS = 86_400_000;

it.each([
  ['every hour', true, { frequencyMs: 3_600_000, state: 'started' }],
  ['every hour', false, { frequencyMs: 3_600_000, state: 'paused' }],
  [null, true, { frequencyMs: DAY_MS, state: 'paused' }],
  ['', true, { frequencyMs: DAY_MS, state: 'paused' }],
])('runs %s, auto start %s', (runs, auto_start, timing) => {
  expect(timingOf({ runs, auto_start })).toEqual(timing);
});
