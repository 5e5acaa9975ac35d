import { describe, expect, it } from 'vitest';
import {
  checkAll,
  checkDeletions,
  checkDeliveries,
  checkExecutions,
  checkProgress,
  checkRecords,
  longestStall,
} from './checks.mjs';

/** A short true history; each test falsifies it in one way, and the checker must say so. */
const truth = () => ({
  moves: [
    { id: 'x1', was: null, state: 'queued' },
    { id: 'x1', was: 'queued', state: 'running' },
    { id: 'x1', was: 'running', state: 'succeeded' },
    { id: 'a1', was: null, state: 'queued' },
    { id: 'a1', was: 'queued', state: 'running' },
    { id: 'a1', was: 'running', state: 'succeeded' },
    { id: 'c1', was: null, state: 'succeeded' },
  ],
  executions: [
    { id: 'x1', environmentId: 1, kind: 'sync', state: 'succeeded', retryKey: 'x1', createdAt: 1_000, finishedAt: 3_000 },
    { id: 'a1', environmentId: 1, kind: 'action-async', state: 'succeeded', retryKey: 'a1', createdAt: 2_000, finishedAt: 4_000 },
    { id: 'c1', environmentId: 1, kind: 'action', state: 'succeeded', retryKey: 'c1', createdAt: 2_000, finishedAt: 2_500 },
  ],
  actions: [
    { mark: 'c:1', isKeyed: true, status: 200, body: { mark: 'c:1' } },
    { mark: 'c:2', isKeyed: false, status: 0, lost: 'ECONNRESET' },
  ],
  asyncs: [
    { id: 'a1', mark: 'a:1', result: { status: 200, body: { mark: 'a:1' } } },
    { id: undefined, mark: 'a:2' },
  ],
  works: new Map([
    ['c:1', 1],
    ['a:1', 1],
  ]),
  deliveries: [
    { id: 'd1', type: 'async_action', state: 'delivered', body: '{"payload":{"id":"a1"}}', lastStatus: 200, lastError: null },
    { id: 'd2', type: 'sync', state: 'failed', body: '{}', lastStatus: 400, lastError: null },
  ],
  hooks: new Map([['{"payload":{"id":"a1"}}', 1]]),
  datasets: [
    {
      connection: 'dev-1',
      model: 'Item',
      liveCount: 1,
      lastSeq: 3,
      batches: [
        { run: 'x0', result: { added: 2, updated: 0, deleted: 0 } },
        { run: 'x1', result: { deletedKeys: ['i50'] } },
      ],
      changes: [
        { id: 'i1', seq: 1, isNew: true, isDeleted: false, at: 100 },
        { id: 'i50', seq: 2, isNew: true, isDeleted: false, at: 100 },
        { id: 'i50', seq: 3, isNew: false, isDeleted: true, at: 300 },
      ],
    },
  ],
  readers: [
    {
      connection: 'dev-1',
      model: 'Item',
      count: 1,
      truth: [{ id: 'i1', v: 1 }],
      listed: [
        { id: 'i1', seq: 1, isDeleted: false, record: { id: 'i1', v: 1 } },
        { id: 'i50', seq: 3, isDeleted: true, record: { id: 'i50', v: 2 } },
      ],
      shown: [
        { id: 'i1', seq: 1, record: { id: 'i1', v: 1 } },
        { id: 'i50', seq: 2, record: { id: 'i50', v: 2 } },
        { id: 'i50', seq: 3, record: { id: 'i50', v: 2 } },
      ],
      ends: [
        { at: 200, seen: ['i1'] },
        { at: 900, seen: ['i1', 'i50'] },
      ],
    },
  ],
  runs: [
    { id: 'x0', connection: 'dev-1', status: 'STOPPED', results: { Item: { added: 0, updated: 0, deleted: 0 } } },
    { id: 'x1', connection: 'dev-1', status: 'SUCCESS', results: { Item: { added: 0, updated: 0, deleted: 1 } } },
  ],
  tenants: [{ name: 'dev', environmentId: 1 }],
  boundMs: 5_000,
});

const done = (createdAt, finishedAt) => ({ createdAt, finishedAt });

/** The violations of a history after one falsification. */
function found(check, falsify) {
  const history = truth();
  falsify(history);
  return check(history).violations;
}

it('finds nothing in a true history', () => {
  for (const [name, { violations }] of Object.entries(checkAll(truth()))) expect([name, violations]).toEqual([name, []]);
});

describe('I1 finds', () => {
  it.each([
    ['an execution that is open', ({ executions }) => void (executions[0].state = 'running'), /still running/],
    [
      'an end that was written again',
      ({ moves }) => moves.push({ id: 'x1', was: 'failed', state: 'failed' }),
      /from failed to failed/,
    ],
    [
      'an end that was undone',
      ({ moves }) => moves.push({ id: 'x1', was: 'succeeded', state: 'failed' }),
      /from succeeded to failed/,
    ],
    ['an end nobody saw', ({ moves }) => void moves.splice(2, 1), /ended 0 times/],
    ['work that was done twice', ({ works }) => works.set('c:1', 2), /did its work 2 times/],
    ['an answer to something else', ({ actions }) => void (actions[0].body = { mark: 'c:2' }), /was answered/],
    ['an answer without work', ({ works }) => works.delete('c:1'), /its work was done 0 times/],
    ['a keyed call without an answer', ({ actions }) => void (actions[0].status = 0), /never answered/],
    ['an accepted action that is gone', ({ asyncs }) => void (asyncs[0].id = 'gone'), /not in the ledger/],
    ['more work than attempts', ({ works }) => works.set('a:1', 2), /2 times in 1 attempts/],
    ['a success told as a failure', ({ asyncs }) => void (asyncs[0].result = { status: 500 }), /the caller is told 500/],
    ['a success without work', ({ works }) => works.delete('a:1'), /succeeded without/],
  ])('%s', (_what, falsify, said) => {
    expect(found(checkExecutions, falsify)).toContainEqual(expect.stringMatching(said));
  });
});

describe('I2 finds', () => {
  it.each([
    ['a record that is missing', ({ readers: [r] }) => void r.listed.shift(), /i1 is missing/],
    ['a record that is older than the source', ({ readers: [r] }) => void (r.truth[0].v = 2), /i1 is \{/],
    ['a record the source does not have', ({ readers: [r] }) => void (r.truth.length = 0), /not in the source/],
    ['a wrong count', ({ readers: [r] }) => void (r.count = 2), /the API counts 2/],
    ['a wrong counter', ({ datasets: [d] }) => void (d.liveCount = 2), /the counter says 2/],
    ['a gap in the history', ({ datasets: [d] }) => void (d.changes[2].seq = 4), /number 3 is 4/],
    ['a number given twice', ({ datasets: [d] }) => void (d.changes[2].seq = 2), /number 3 is 2/],
    ['batches that miscount', ({ datasets: [d] }) => void (d.batches[0].result.added = 3), /batches count/],
    [
      'a run that wrote behind the one that took its place',
      ({ datasets: [d] }) => d.batches.push({ run: 'x0', result: {} }),
      /run x0 wrote batch 3 though run x1/,
    ],
    ['a run that tells of more than it did', ({ runs }) => void (runs[1].results.Item.deleted = 2), /run x1 tells of/],
    ['a change the reader never saw', ({ readers: [r] }) => void r.shown.pop(), /never saw change 3 of i50/],
    ['a change out of order', ({ readers: [r] }) => void (r.shown = r.shown.toReversed()), /change 2 of i50 after change 3/],
    ['a change that was not made', ({ readers: [r] }) => void (r.shown[0].seq = 0.5), /nobody made/],
    [
      'a version that went back',
      ({ readers: [r] }) => void (r.shown[2].record = { id: 'i50', v: 1 }),
      /go back from version 2 to 1/,
    ],
    ['a dataset that is gone', (history) => void (history.datasets = []), /has no records/],
  ])('%s', (_what, falsify, said) => {
    expect(found(checkRecords, falsify)).toContainEqual(expect.stringMatching(said));
  });
});

describe('I3 finds', () => {
  it.each([
    [
      'a webhook that is still to be sent',
      ({ deliveries }) => void (deliveries[1].state = 'pending'),
      /neither delivered nor failed/,
    ],
    ['a webhook that never came', ({ hooks }) => hooks.clear(), /came 0 times/],
    ['a failure without a reason', ({ deliveries }) => void (deliveries[1].lastStatus = null), /does not say why/],
    ['an action nobody was told of', ({ deliveries }) => void deliveries.shift(), /0 webhooks were stored/],
    ['an action told of twice', ({ deliveries }) => deliveries.push({ ...deliveries[0], id: 'd3' }), /2 webhooks were stored/],
  ])('%s', (_what, falsify, said) => {
    expect(found(checkDeliveries, falsify)).toContainEqual(expect.stringMatching(said));
  });
});

describe('I4 finds', () => {
  it.each([
    ['a deletion of what the run had saved', ({ readers: [r] }) => r.ends[0].seen.push('i50'), /by a run that had saved it/],
    [
      'a deletion of what the source always had',
      ({ datasets: [d] }) => void (d.changes[2].id = 'i1'),
      /which the source always had/,
    ],
    ['a deletion by a run that had not seen everything', ({ readers: [r] }) => void r.ends.shift(), /before any run/],
  ])('%s', (_what, falsify, said) => {
    expect(found(checkDeletions, falsify)).toContainEqual(expect.stringMatching(said));
  });
});

describe('I5 finds', () => {
  it.each([
    ['a tenant that stood still', ({ executions }) => void (executions[1].finishedAt = 9_000), /had work for 6.0 s/],
    ['a tenant whose work never ended', ({ executions }) => void (executions[1].finishedAt = null), /had work for/],
    ['a tenant without work', ({ tenants }) => tenants.push({ name: 'prod', environmentId: 2 }), /prod had no work/],
  ])('%s', (_what, falsify, said) => {
    expect(found(checkProgress, falsify)).toContainEqual(expect.stringMatching(said));
  });

  it('no stall where there was nothing to do', () => {
    expect(longestStall([done(0, 10), done(1_000_000, 1_000_020)])).toEqual({ ms: 20, from: 1_000_000 });
    expect(longestStall([done(0, 100), done(10, 30)])).toEqual({ ms: 70, from: 30 });
  });
});
