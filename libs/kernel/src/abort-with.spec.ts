import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { abortWith } from './abort-with.js';

it('aborts with the signal, for its reason', () => {
  const [outer, inner] = [new AbortController(), new AbortController()];
  abortWith(inner, outer.signal);
  expect(inner.signal.aborted).toBe(false);
  outer.abort(new Error('enough'));
  expect(inner.signal.reason).toEqual(new Error('enough'));
});

it('aborts at once with a signal that is aborted already', () => {
  const inner = new AbortController();
  abortWith(inner, AbortSignal.abort(new Error('late')));
  expect(inner.signal.reason).toEqual(new Error('late'));
});

it('leaves nothing behind once it is ended', () => {
  const [outer, inner] = [new AbortController(), new AbortController()];
  abortWith(inner, outer.signal)();
  expect(getEventListeners(outer.signal, 'abort')).toEqual([]);
  outer.abort();
  expect(inner.signal.aborted).toBe(false);
});
