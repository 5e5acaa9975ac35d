import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromNumberArray, toNumberArray, toTextArray } from './array-text.js';
import { digest, digester } from './canonical.js';
import { decodeCursor, encodeCursor, resumeAfter } from './cursor.js';
import { decideDelete, decideSave, type Stored } from './decide.js';
import { deletionTime, readBatch, toPayload } from './incoming.js';
import type { Json, JsonObject } from './json.js';
import { merge } from './merge.js';
import { toMultirange } from './number-ranges.js';
import { isPassing } from './passing.js';
import { lastAction, toRecordText } from './record-text.js';

const shuffled = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, shuffled(item)]),
  );
};
const jsonObject = fc.dictionary(
  fc.string().filter((key) => key !== '__proto__'),
  fc.jsonValue(),
) as fc.Arbitrary<JsonObject>;

describe('cursor', () => {
  it('comes back as it went, is short and safe in a query', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer({ min: 0, max: 2 ** 52 }), (datasetId, seq) => {
        const cursor = encodeCursor({ datasetId, seq });
        expect(decodeCursor(cursor)).toEqual({ datasetId, seq });
        expect(cursor.length).toBeLessThan(60);
      }),
    );
  });

  it('is null for anything else, and never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(decodeCursor(text)).toBeNull();
      }),
    );
    const others = ['', '1.1.1', 'MS4xLjE', btoa('2.1.1'), btoa('1.01.1'), btoa('1.1.1.1'), btoa('1.-1.1')];
    for (const text of others) expect(decodeCursor(text)).toBeNull();
  });

  it('starts anew in another dataset', () => {
    expect(resumeAfter({ datasetId: 1, seq: 9 }, 1)).toBe(9);
    expect(resumeAfter({ datasetId: 1, seq: 9 }, 2)).toBe(0);
    expect(resumeAfter(null, 1)).toBe(0);
  });
});

describe('digest', () => {
  it('does not depend on the order of keys, at any depth', () => {
    fc.assert(
      fc.property(jsonObject, (record) => {
        expect(digest(shuffled(record) as JsonObject)).toBe(digest(record));
      }),
    );
  });

  it('tells different records apart', () => {
    fc.assert(
      fc.property(jsonObject, fc.jsonValue(), (record, extra) => {
        expect(digest({ ...record, extra: [extra as Json] })).not.toBe(digest({ ...record, extra: [[extra as Json]] }));
      }),
    );
    expect(digest({ a: [1, 2] })).not.toBe(digest({ a: [2, 1] }));
  });

  it('does not depend on the records before it', () => {
    fc.assert(
      fc.property(fc.array(jsonObject), (records) => {
        const digestOf = digester();
        const all = records.flatMap((record) => [record, shuffled(record) as JsonObject, { ...record, more: record }]);
        expect(all.map(digestOf)).toEqual(all.map(digest));
      }),
    );
  });

  it('refuses what is nested too deeply', () => {
    const deep = JSON.parse(`{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`) as JsonObject;
    expect(() => digest(deep)).toThrow('nested deeper');
  });
});

describe('a batch as it comes', () => {
  const refused: [unknown, string][] = [
    [null, 'is not an object'],
    ['text', 'is not an object'],
    [['a'], 'is not an object'],
    [{}, 'has no id'],
    [{ id: null }, 'has no id'],
    [{ id: true }, 'has an id that is neither string nor number'],
    [{ id: {} }, 'has an id that is neither string nor number'],
    [{ id: '' }, 'has an empty id'],
    [{ id: '\0' }, 'has an empty id'],
    [{ id: 'x'.repeat(256) }, 'has an id of more than 255 characters'],
  ];
  it.each(refused)('refuses %j: %s', (record, why) => {
    expect(() => readBatch([{ id: 'fine' }, record])).toThrow(`record at index 1 ${why}`);
  });

  it('takes ids as text, without what we said about the record before', () => {
    const { records } = readBatch([{ name: 'n', id: 7, _nango_metadata: { cursor: 'c' } }]);
    expect(records).toEqual([{ id: '7', record: { name: 'n', id: '7' } }]);
  });

  it('reads a time of deletion, or refuses it', () => {
    expect(deletionTime({ id: 'a' })).toBeNull();
    expect(deletionTime({ id: 'a', deletedAt: '2026-01-01' })).toBe('2026-01-01T00:00:00.000Z');
    expect(() => deletionTime({ id: 'a', deletedAt: 'yesterday' })).toThrow('not a date');
    expect(() => deletionTime({ id: 'a', deletedAt: [] })).toThrow('not a date');
  });

  it('has payloads that parse to the record, without NUL', () => {
    fc.assert(
      fc.property(jsonObject, (record) => {
        const text = toPayload(record, 1_000_000);
        const parsed: unknown = JSON.parse(text);
        expect(parsed).toEqual(
          JSON.parse(JSON.stringify(record), (_, value: unknown) =>
            typeof value === 'string' ? value.replaceAll('\0', '') : value,
          ),
        );
      }),
    );
  });
});

describe('decisions', () => {
  const live: Stored = { num: 1, hash: 'h', deleted: false, pruned: false, shielded: false };
  it.each([
    [undefined, 'add', false],
    [live, 'keep', true],
    [{ ...live, hash: 'other' }, 'change', true],
    [{ ...live, deleted: true }, 'revive', false],
    [{ ...live, pruned: true }, 'restore', true],
    [{ ...live, pruned: true, hash: 'other' }, 'change', true],
    [{ ...live, shielded: true, hash: 'other' }, 'keep', false],
    [{ ...live, shielded: true, deleted: true }, 'keep', false],
  ] as const)('%j: saving means %s, deleting changes it: %s', (stored, step, deletes) => {
    expect(decideSave(stored, 'h')).toBe(step);
    expect(decideDelete(stored)).toBe(deletes);
  });
});

describe('merge', () => {
  it('is deep for objects and replaces the rest', () => {
    expect(merge({ a: { x: 1, y: { z: 1 } }, l: [1], n: 1 }, { a: { y: { w: 2 } }, l: [2], n: null })).toEqual({
      a: { x: 1, y: { z: 1, w: 2 } },
      l: [2],
      n: null,
    });
  });

  it('with itself or with nothing changes nothing', () => {
    fc.assert(
      fc.property(jsonObject, (record) => {
        expect(merge(record, record)).toEqual(record);
        expect(merge(record, {})).toEqual(record);
      }),
    );
  });
});

describe('multirange', () => {
  it('holds exactly the numbers it was made of', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 })), (numbers) => {
        const literal = toMultirange(numbers);
        const ranges = [...literal.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from, to]) => [Number(from), Number(to)] as const);
        const held = ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i));
        expect(held).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
      }),
    );
  });

  it('is short for numbers in a row', () => {
    expect(toMultirange([3, 1, 2, 9])).toBe('{[1,4),[9,10)}');
    expect(toMultirange([])).toBe('{}');
  });
});

describe('text of a record', () => {
  const facts = {
    external_id: 'a"b',
    unmodified: true,
    first_seen_at: 't1',
    modified_at: 't2',
    deleted_at: null,
    pruned_at: null,
  };
  const metadata = {
    first_seen_at: 't1',
    last_modified_at: 't2',
    last_action: 'ADDED',
    deleted_at: null,
    pruned_at: null,
    cursor: 'c',
  };

  it('continues the payload with its metadata', () => {
    const parsed: unknown = JSON.parse(toRecordText(facts, '{"id":"a\\"b","v":1}', 'c'));
    expect(parsed).toEqual({ id: 'a"b', v: 1, _nango_metadata: metadata });
  });

  it('is the id alone where the payload was pruned', () => {
    expect(JSON.parse(toRecordText({ ...facts, pruned_at: 't3' }, null, 'c'))).toMatchObject({
      id: 'a"b',
      _nango_metadata: { pruned_at: 't3' },
    });
  });

  it('names the last action', () => {
    expect(lastAction(facts)).toBe('ADDED');
    expect(lastAction({ ...facts, unmodified: false })).toBe('UPDATED');
    expect(lastAction({ ...facts, deleted_at: 't' })).toBe('DELETED');
  });
});

describe('a failure of the database', () => {
  it.each<[string, unknown, boolean]>([
    ['a server that stops', { code: '57P01' }, true],
    ['a connection that broke', new Error('Connection terminated unexpectedly'), true],
    ['nobody there', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), true],
    ['a deadlock', { code: '40P01' }, true],
    ['a violated constraint', { code: '23505' }, false],
    ['a full disk', { code: '53100' }, false],
    ['anything else', new Error('no'), false],
  ])('%s', (_name, error, passing) => {
    expect(isPassing(error)).toBe(passing);
  });
});

describe('array text', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger()), (numbers) => {
        expect(fromNumberArray(toNumberArray(numbers))).toEqual(numbers);
      }),
    );
  });

  it('leaves texts to the driver whose characters arrays escape in another way', () => {
    expect(toTextArray(['a', 'b"\\c', '{,}', 'é😀', ''])).toBe(String.raw`{"a","b\"\\c","{,}","é😀",""}`);
    for (const odd of ['\n', 'a\u0001', '\ud800']) expect(toTextArray(['a', odd])).toEqual(['a', odd]);
  });
});
