import { expect, it } from 'vitest';
import { readMessage, writeMessage } from './change-message.js';

it('is read as it was written', () => {
  const said = { from: 'a', changed: ['connection:1:2', 'api_key:h', '*'] } as const;
  expect(readMessage(writeMessage(said))).toEqual(said);
});

it.each(['', 'x', 'null', '{}', '{"from":1,"changed":[]}', '{"from":"a","changed":[1]}'])('nothing else is read: %s', (text) => {
  expect(readMessage(text)).toBeNull();
});
