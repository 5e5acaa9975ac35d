import { expect, it } from 'vitest';
import { SoapSlots } from './soap-slots.js';

const never = new AbortController().signal;

it('gives a slot to who waits longest, once it is back', async () => {
  const slots = new SoapSlots(1);
  const release = await slots.take(never);
  const order: string[] = [];
  const second = slots.take(never).then((back) => (order.push('second'), back));
  const third = slots.take(never).then((back) => (order.push('third'), back));
  release();
  release();
  (await second)();
  (await third)();
  expect(order).toEqual(['second', 'third']);
});

it('forgets who left the queue', async () => {
  const slots = new SoapSlots(1);
  const release = await slots.take(never);
  const leaving = new AbortController();
  const left = slots.take(leaving.signal);
  leaving.abort(new Error('cancelled'));
  await expect(left).rejects.toThrow('cancelled');
  release();
  await expect(slots.take(never)).resolves.toBeTypeOf('function');
});
