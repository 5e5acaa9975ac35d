import { expect, it } from 'vitest';
import { headroomOf } from './headroom.js';

it('is a tenth, and at least one', () => {
  expect([1, 10, 11, 50, 100].map(headroomOf)).toEqual([1, 1, 2, 5, 10]);
});
