import { expect, it } from 'vitest';
import { checkpointKeyOf, checkpointKeysOf, datasetOf } from './checkpoint-keys.js';

it('names the checkpoint of a sync by name, and by variant where there is one', () => {
  expect(checkpointKeyOf('contacts', 'base')).toBe('sync:contacts');
  expect(checkpointKeyOf('contacts', 'eu')).toBe('sync:contacts:eu');
});

it('knows where deletion tracking is kept', () => {
  expect(checkpointKeysOf('contacts', 'base', ['A', 'B'])).toEqual([
    'sync:contacts',
    'sync:contacts:trackDeletes:A',
    'sync:contacts:trackDeletes:B',
  ]);
});

it('keeps the records of a variant apart', () => {
  expect([datasetOf('Contact', 'base'), datasetOf('Contact', 'eu')]).toEqual(['Contact', 'Contact::eu']);
});
