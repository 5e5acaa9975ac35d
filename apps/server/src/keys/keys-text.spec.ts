import { expect, it } from 'vitest';
import type { RotationStatus } from '#libs/key-rotation';
import { rotationText, statusText, verificationText } from './keys-text.js';

const rotation: RotationStatus = {
  id: 1,
  scope: 'data',
  rootFingerprint: 'aaaa',
  dataKeyId: 2,
  state: 'running',
  note: null,
  createdAt: new Date(0),
  finishedAt: null,
  done: 500,
  total: 2_000,
  rowsPerSecond: 10,
  secondsLeft: 150,
  columns: [],
};

it.each([
  [{}, 'data key, running, 500 of 2000 values, 10/s, 3 min left'],
  [{ secondsLeft: 30 }, 'data key, running, 500 of 2000 values, 10/s, 30 s left'],
  [{ secondsLeft: 9_000 }, 'data key, running, 500 of 2000 values, 10/s, 2.5 h left'],
  [{ state: 'paused', note: 'x does not open' } as const, 'data key, paused, 500 of 2000 values, x does not open'],
  [
    { total: 0, rowsPerSecond: null, note: 'data key 2 is being handed out' },
    'data key, running, data key 2 is being handed out',
  ],
  [{ scope: 'root', state: 'done' } as const, 'root key, done'],
])('a rotation in one line: %o', (more, text) => {
  expect(rotationText({ ...rotation, ...more })).toBe(text);
});

it('says what can go', () => {
  const key = { createdAt: new Date(0), activatedAt: new Date(0), rootFingerprint: 'bbbb' };
  const text = statusText({
    roots: [
      { fingerprint: 'bbbb', loaded: true, primary: true, wraps: 2, removable: false },
      { fingerprint: 'aaaa', loaded: true, primary: false, wraps: 0, removable: true },
    ],
    dataKeys: [
      { ...key, id: 1, seals: false, uses: {}, removable: true },
      { ...key, id: 2, seals: true, uses: { 'connections.credentials': 7 }, removable: false },
    ],
    processes: [{ name: 'fairlead-jobs on a', roots: ['bbbb'], dataKeys: [1, 2], sealsWith: 2 }],
    inClear: { 'environments.hmac_key': 1 },
    rotation: null,
  });
  expect(text.split('\n')).toEqual([
    'Root keys',
    '  bbbb  wraps 2 data keys, primary',
    '  aaaa  wraps 0 data keys, no longer needed: take it out of the list',
    'Data keys',
    '  1  under bbbb, opens older values, no value needs it: `drop 1` forgets it',
    '  2  under bbbb, seals new values, 7 connections.credentials',
    'IN CLEAR',
    '  1 environments.hmac_key',
    'Processes',
    '  fairlead-jobs on a  seals with 2',
    'Rotation',
    '  none yet',
  ]);
});

it('names what does not open', () => {
  expect(verificationText({ opened: 9, failed: 0, failures: [] })).toBe('all 9 values open');
  expect(verificationText({ opened: 8, failed: 1, failures: ['row 1: bad'] })).toBe('1 values do not open, 8 do\n  row 1: bad');
});
