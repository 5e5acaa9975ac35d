import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Outbox } from './outbox.js';

function watched() {
  const sent: (readonly string[])[] = [];
  return { sent, outbox: new Outbox<string>((messages) => sent.push(messages)) };
}

it('what is put in in a turn of the event loop leaves together, in order', async () => {
  const { sent, outbox } = watched();
  outbox.put('a');
  outbox.put('b', 10);
  await Promise.resolve();
  outbox.put('c');
  expect(sent).toEqual([]);
  await turn();
  expect(sent).toEqual([['a', 'b', 'c']]);
  outbox.put('d');
  await turn();
  expect(sent.slice(1)).toEqual([['d']]);
});

it('long messages leave at once, after those before them', async () => {
  const { sent, outbox } = watched();
  outbox.put('a');
  outbox.put('long', 10 ** 6);
  expect(sent).toEqual([['a', 'long']]);
  outbox.put('b');
  await turn();
  await turn();
  expect(sent.slice(1)).toEqual([['b']]);
});
