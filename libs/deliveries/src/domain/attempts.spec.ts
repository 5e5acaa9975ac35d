import { expect, it } from 'vitest';
import type { Attempted } from '../deliveries.types.js';
import { judge, type Verdict } from './attempts.js';

const silence = { error: 'ECONNREFUSED', refused: false };
const forbidden = { error: '10.0.0.1 is private', refused: true };

it.each<[number, Attempted, Verdict]>([
  [1, { status: 200 }, { state: 'delivered' }],
  [3, { status: 204 }, { state: 'delivered' }],
  [1, { status: 301 }, { state: 'failed' }],
  [1, { status: 404 }, { state: 'failed' }],
  [1, { status: 429 }, { state: 'failed' }],
  [1, { status: 500 }, { state: 'pending', retryInMs: 3_000 }],
  [2, { status: 503 }, { state: 'pending', retryInMs: 6_000 }],
  [3, { status: 503 }, { state: 'failed' }],
  [1, silence, { state: 'pending', retryInMs: 3_000 }],
  [2, silence, { state: 'pending', retryInMs: 6_000 }],
  [3, silence, { state: 'failed' }],
  [1, forbidden, { state: 'failed' }],
])('attempt %i that came to %o: %o', (attempt, result, verdict) => {
  expect(judge(attempt, result)).toEqual(verdict);
});
