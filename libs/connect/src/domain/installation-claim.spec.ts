import { describe, expect, it } from 'vitest';
import { isTaken } from './installation-claim.js';

const holder = { id: 1, connectionId: 'c1', endUser: { id: 'ada', organization: { id: 'acme' } } };

describe('an installation', () => {
  it('that nobody holds is free', () => {
    expect(isTaken([], { connectionId: 'new', endUser: { id: 'eve' } })).toBe(false);
  });

  it('goes to its own connection, end user or organization again', () => {
    expect(isTaken([holder], { connectionId: 'new', reconnects: 1 })).toBe(false);
    expect(isTaken([holder], { connectionId: 'c1' })).toBe(false);
    expect(isTaken([holder], { connectionId: 'new', endUser: { id: 'ada' } })).toBe(false);
    expect(isTaken([holder], { connectionId: 'new', endUser: { id: 'bob', organization: { id: 'acme' } } })).toBe(false);
  });

  it('goes to nobody else', () => {
    expect(isTaken([holder], { connectionId: 'new' })).toBe(true);
    expect(isTaken([holder], { connectionId: 'new', endUser: { id: 'eve' } })).toBe(true);
    expect(isTaken([holder], { connectionId: 'new', endUser: { id: 'eve', organization: { id: 'evil' } } })).toBe(true);
    expect(isTaken([{ ...holder, endUser: null }], { connectionId: 'new', endUser: { id: 'eve' } })).toBe(true);
    const alone = { ...holder, endUser: { id: 'ada' } };
    expect(isTaken([alone], { connectionId: 'new', endUser: { id: 'eve' } })).toBe(true);
  });
});
