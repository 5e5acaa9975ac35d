import { describe, expect, it } from 'vitest';
import { dataKeyRoles, rootRoles } from './key-roles.js';

const key = (id: number, root: string, activated = true) => ({
  id,
  root_fingerprint: root,
  created_at: new Date(0),
  activated_at: activated ? new Date(0) : null,
});

describe('a root key', () => {
  it('can go when it wraps nothing and another one is primary', () => {
    expect(rootRoles(['new', 'old'], [key(1, 'new')])).toEqual([
      { fingerprint: 'new', loaded: true, primary: true, wraps: 1, removable: false },
      { fingerprint: 'old', loaded: true, primary: false, wraps: 0, removable: true },
    ]);
  });

  it('stays while it wraps a data key', () => {
    expect(rootRoles(['new', 'old'], [key(1, 'old')])[1]).toMatchObject({ wraps: 1, removable: false });
  });

  it('is named though this process lacks it', () => {
    expect(rootRoles([], [key(1, 'lost')])).toEqual([
      { fingerprint: 'lost', loaded: false, primary: false, wraps: 1, removable: false },
    ]);
  });
});

describe('a data key', () => {
  it('says nothing of its use before a scan', () => {
    expect(dataKeyRoles([key(1, 'r')], undefined, null)[0]).not.toHaveProperty('removable');
  });

  it('can go when no value needs it and it is neither the one that seals nor the one to come', () => {
    const keys = [key(1, 'r'), key(2, 'r'), key(3, 'r'), key(4, 'r', false)];
    const uses = new Map([[2, { 'connections.credentials': 5 }]]);
    const roles = dataKeyRoles(keys, uses, 4);
    expect(roles.map(({ removable }) => removable)).toEqual([true, false, false, false]);
    expect(roles.map(({ seals }) => seals)).toEqual([false, false, true, false]);
    expect(roles[1]?.uses).toEqual({ 'connections.credentials': 5 });
  });
});
