import { validate, version } from 'uuid';
import { describe, expect, it } from 'vitest';
import { idFloor, newId } from './ids.js';

describe('an id', () => {
  it('is a UUID v7 of its own, greater than all before', () => {
    const ids = Array.from({ length: 5_000 }, newId);
    expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.toSorted());
  });

  it('lies above the floor of its time', () => {
    const before = new Date();
    expect(newId() >= idFloor(before)).toBe(true);
    expect(newId() < idFloor(new Date(Date.now() + 1_000))).toBe(true);
  });
});
