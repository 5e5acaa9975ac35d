import { describe, expect, it } from 'vitest';
import type { LogLevel } from '#libs/contracts';
import { idFloor, newId } from '#libs/kernel';
import { dayPartitions, isExpired, retentionStart } from './day-partitions.js';
import { LogBuffer } from './log-buffer.js';
import { boundedMeta, toStorableJson } from './storable.js';

const fill = (buffer: LogBuffer<{ level: LogLevel; n: number }>, levels: LogLevel[]) =>
  levels.forEach((level, n) => buffer.add({ level, n }, 10));

describe('buffer', () => {
  it('gives up the oldest debug and info messages first, and counts them', () => {
    const buffer = new LogBuffer<{ level: LogLevel; n: number }>({ rows: 3, bytes: 1000 });
    fill(buffer, ['info', 'error', 'debug', 'warn', 'info']);
    expect(buffer.dropped).toBe(2);
    expect(buffer.take(10).map(({ n }) => n)).toEqual([1, 3, 4]);
    expect(buffer.size).toBe(0);
  });

  it('is bounded by bytes, and also when every message is grave', () => {
    const buffer = new LogBuffer<{ level: LogLevel; n: number }>({ rows: 100, bytes: 35 });
    fill(buffer, ['error', 'error', 'error', 'error', 'error']);
    expect(buffer.dropped).toBe(2);
    expect(buffer.take(10).map(({ n }) => n)).toEqual([2, 3, 4]);
  });
});

describe('what is stored', () => {
  it('parses again, without what the database refuses', () => {
    expect(toStorableJson({ a: 'x\0y', 'k\0': ['\ud800'], fine: '\\u0000' })).toBe(
      '{"a":"xy","k":["\ufffd"],"fine":"\\\\u0000"}',
    );
  });

  it('notes meta data that is too large or circular in its place', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(boundedMeta(circular).meta).toEqual({ note: 'not serialisable' });
    expect(boundedMeta({ text: 'x'.repeat(100_000) }).meta).toEqual({ note: 'left out: 100011 bytes' });
    expect(boundedMeta({ a: 1 })).toEqual({ meta: { a: 1 }, size: 7 });
  });
});

describe('days', () => {
  const now = new Date('2026-11-23T15:00:00Z');

  it('hold the ids made on them', () => {
    const [today] = dayPartitions('operations', new Date(), 1);
    const id = newId();
    expect(id >= (today?.from ?? '') && id < (today?.to ?? '')).toBe(true);
    expect(dayPartitions('messages', now, 2).map(({ name }) => name)).toEqual(['messages_20261123', 'messages_20261124']);
    expect(dayPartitions('messages', now, 1)[0]?.from).toBe(idFloor(new Date('2026-11-23T00:00:00Z')));
  });

  it('expire as a whole, and nothing else does', () => {
    const start = retentionStart(now, 15);
    expect(start.toISOString()).toBe('2026-11-08T00:00:00.000Z');
    expect(isExpired('operations_20261107', start)).toBe(true);
    expect(isExpired('messages_20261108', start)).toBe(false);
    expect(isExpired('operations_default', start)).toBe(false);
  });
});
