import { expect, it } from 'vitest';
import { isoOffset, isoZulu } from './dates.js';

it('writes milliseconds, with the offset that each place wants', () => {
  const date = new Date('2026-01-05T10:00:00.120Z');
  expect([isoZulu(date), isoOffset(date)]).toEqual(['2026-01-05T10:00:00.120Z', '2026-01-05T10:00:00.120+00:00']);
});
