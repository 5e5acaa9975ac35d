import { describe, expect, it } from 'vitest';
import { nextStep } from './next-step.js';

const fresh = { activated: false, settled: true };
const active = { activated: true, settled: true };
const holder = (name: string, more: object = {}) => ({ name, roots: ['new', 'old'], dataKeys: [1, 2], sealsWith: 1, ...more });

describe('a root key rotation', () => {
  const rotation = { scope: 'root', rootFingerprint: 'new', dataKeyId: null } as const;

  it('rewraps once every process has the new root key', () => {
    expect(nextStep(rotation, fresh, [holder('server'), holder('jobs')])).toEqual({ kind: 'rewrap' });
  });

  it('waits for a process that could not start again without it, and names it', () => {
    expect(nextStep(rotation, fresh, [holder('server'), holder('jobs', { roots: ['old'] })])).toEqual({
      kind: 'wait',
      note: 'root key new is missing in jobs: restart it with that key in its list',
    });
  });
});

describe('a data key rotation', () => {
  const rotation = { scope: 'data', rootFingerprint: 'new', dataKeyId: 2 } as const;

  it('seals nothing with a key that a process has not loaded', () => {
    const step = nextStep(rotation, fresh, [holder('server'), holder('jobs', { dataKeys: [1] })]);
    expect(step).toEqual({ kind: 'wait', note: 'data key 2 is not loaded yet by jobs' });
  });

  it('gives processes that have not reported yet the time to do so', () => {
    expect(nextStep(rotation, { activated: false, settled: false }, [holder('server')])).toEqual({
      kind: 'wait',
      note: 'data key 2 is being handed out',
    });
  });

  it('activates the key when all have it', () => {
    expect(nextStep(rotation, fresh, [holder('server'), holder('jobs')])).toEqual({ kind: 'activate' });
  });

  it.each([[1], [null]])('waits while a process still seals with %s', (sealsWith) => {
    const step = nextStep(rotation, active, [holder('server', { sealsWith: 2 }), holder('jobs', { sealsWith })]);
    expect(step).toEqual({ kind: 'wait', note: 'values are still sealed with an older key by jobs' });
  });

  it('seals anew what older keys sealed once all seal with the new one', () => {
    expect(nextStep(rotation, active, [holder('server', { sealsWith: 2 })])).toEqual({ kind: 'reseal' });
  });

  it('needs no other process', () => {
    expect(nextStep(rotation, active, [])).toEqual({ kind: 'reseal' });
  });
});
