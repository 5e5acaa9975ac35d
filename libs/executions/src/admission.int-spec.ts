import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JobStream } from '#libs/queues';
import { type TestRedis, testRedis } from '#libs/testing';
import { Admission, type Admitted, type Offer } from './admission.js';
import { capsText } from './domain/caps.js';
import { LIMITS } from './domain/limits.js';
import { AdmissionModel } from './test-admission-model.js';

const SLOTS = 4;
const CAP = 2;
let server: TestRedis;
let redis: Redis;
let admission: Admission;

const each = (count: number) => ({ action: count, 'action-async': count, sync: count, 'on-event': count });
const options = (slots: number, cap: number) => ({ slots: each(slots), environmentCaps: each(cap), maxQueued: 10 });
const ids = (admitted: readonly Admitted[]) => admitted.map(({ id }) => id);
const offers = (environmentId: number, ...names: string[]) => names.map((id) => ({ id, environmentId }));

/** How many of each were refused, one after the other. */
async function refused(all: readonly Offer[]): Promise<number[]> {
  const counts = [];
  for (const one of all) counts.push((await admission.offer('sync', [one], 10)).refused);
  return counts;
}

beforeAll(async () => {
  server = await testRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(async () => {
  await redis.flushdb();
  admission = new Admission(redis, 'fairlead', options(SLOTS, CAP));
});

describe('admission', () => {
  it('takes turns between environments, under the cap of each', async () => {
    const { admitted } = await admission.offer('sync', [...offers(1, 'a1', 'a2', 'a3'), ...offers(2, 'b1')], 0);
    expect(ids(admitted)).toEqual(['a1', 'b1', 'a2']);
    expect(ids(await admission.release('sync', 'a1'))).toEqual(['a3']);
  });

  it('lets a late environment in after one turn of a busy one', async () => {
    admission = new Admission(redis, 'fairlead', options(2, 100));
    await admission.offer('sync', offers(1, ...Array.from({ length: 1_000 }, (_, index) => `a${index}`)), 0);
    await admission.offer('sync', offers(2, 'b1', 'b2'), 0);
    const next = [];
    for (const done of ['a0', 'a1', 'a2', 'b1']) next.push(...ids(await admission.release('sync', done)));
    expect(next).toEqual(['a2', 'b1', 'a3', 'b2']);
  });

  it('uses idle slots whoever wants them', async () => {
    admission = new Admission(redis, 'fairlead', options(3, 100));
    expect(ids((await admission.offer('sync', offers(1, 'a1', 'a2', 'a3', 'a4'), 0)).admitted)).toEqual(['a1', 'a2', 'a3']);
  });

  it('admits an execution once, however often it is offered', async () => {
    await admission.offer('sync', offers(1, 'a1'), 0);
    expect(await admission.offer('sync', offers(1, 'a1'), 0)).toEqual({ refused: 0, admitted: [] });
    await admission.offer('sync', offers(1, 'a2', 'a3', 'a3'), 0);
    expect(ids(await admission.release('sync', 'a1'))).toEqual(['a3']);
    expect(await admission.release('sync', 'a1')).toEqual([]);
  });

  it('runs asynchronous actions one after the other, whatever synchronous ones take', async () => {
    admission = new Admission(redis, 'fairlead', {
      ...options(SLOTS, 100),
      environmentCaps: { ...each(100), 'action-async': 1 },
    });
    const calls = Array.from({ length: 50 }, (_, index) => `s${index}`);
    await admission.offer('action', offers(1, ...calls), 0);
    expect(ids((await admission.offer('action-async', offers(1, 'a1', 'a2', 'a3'), 0)).admitted)).toEqual(['a1']);
    const order = [];
    for (const [index, name] of ['a1', 'a2', 'a3'].entries()) {
      await admission.release('action', `s${index}`);
      order.push(...ids(await admission.release('action-async', name)));
    }
    expect(order).toEqual(['a2', 'a3']);
  });

  describe('with weights', () => {
    it('starts as many of an environment in one turn as its weight says', async () => {
      admission = new Admission(redis, 'fairlead', options(1, 100));
      await admission.limit('sync', 'v', [{ environmentId: 2, text: '- 3 - -' }]);
      await admission.offer('sync', offers(1, 'a1', 'a2', 'a3'), 0);
      await admission.offer('sync', offers(2, 'b1', 'b2', 'b3', 'b4', 'b5'), 0);
      const order = [];
      for (let [next]: (string | undefined)[] = ['a1']; next; [next] = ids(await admission.release('sync', next)))
        order.push(next);
      expect(order).toEqual(['a1', 'a2', 'b1', 'b2', 'b3', 'a3', 'b4', 'b5']);
    });
  });

  describe('with caps of an environment', () => {
    it('admits what a higher cap has room for at once', async () => {
      await admission.offer('sync', offers(1, 'a1', 'a2', 'a3', 'a4'), 0);
      expect(ids(await admission.limit('sync', 'v', [{ environmentId: 1, text: '3 - - -' }]))).toEqual(['a3']);
      expect(await admission.limit('sync', 'v', [])).toEqual([]);
      expect(await admission.release('sync', 'a1')).toEqual([]);
      expect(ids(await admission.release('sync', 'a2'))).toEqual(['a4']);
    });

    it('refuses by its own queue', async () => {
      await admission.limit('sync', 'v', [{ environmentId: 1, text: '1 - - 2' }]);
      expect(await refused(offers(1, 'a1', 'a2', 'a3', 'a4'))).toEqual([0, 0, 0, 1]);
      expect(await refused(offers(2, 'b1', 'b2', 'b3', 'b4', 'b5'))).toEqual([0, 0, 0, 0, 0]);
      expect(await admission.reserveIfKnown('sync', 1, ['a5'])).toEqual({ reserved: 0, waiting: 2 });
    });

    it('does not count what was cancelled', async () => {
      await admission.limit('sync', 'v', [{ environmentId: 1, text: '1 - - 2' }]);
      expect(await refused(offers(1, 'a1', 'a2', 'a3'))).toEqual([0, 0, 0]);
      await admission.release('sync', 'a2');
      expect(await refused(offers(1, 'a4', 'a5'))).toEqual([0, 1]);
      expect(ids(await admission.release('sync', 'a1'))).toEqual(['a3']);
      expect(await admission.load('sync', 1)).toEqual({ waiting: 1, running: 1 });
    });
  });

  describe('with a limit per connection', () => {
    const of = (connectionRowId: number, ...names: string[]) =>
      names.map((name) => ({ id: name, environmentId: 1, connectionRowId }));

    beforeEach(() => {
      admission = new Admission(redis, 'fairlead', { ...options(SLOTS, 3), connectionCap: 1 });
    });

    it('leaves the rest of the environment to its other connections', async () => {
      const { admitted } = await admission.offer('sync', [...of(7, 'a1', 'a2', 'a3'), ...of(8, 'b1')], 0);
      expect(ids(admitted)).toEqual(['a1', 'b1']);
      expect(await admission.load('sync', 1)).toEqual({ waiting: 2, running: 2 });
      expect(ids(await admission.release('sync', 'a1'))).toEqual(['a2']);
      expect(await admission.release('sync', 'a3')).toEqual([]);
      expect(await admission.release('sync', 'a2')).toEqual([]);
      expect(ids((await admission.offer('sync', of(7, 'a4'), 0)).admitted)).toEqual(['a4']);
    });

    it('lets all of a connection run when the limit goes', async () => {
      await admission.offer('sync', of(7, 'a1', 'a2', 'a3'), 0);
      expect(ids(await admission.limit('sync', 'v', [{ environmentId: 1, text: '- - 0 -' }]))).toEqual(['a2', 'a3']);
    });

    const limited = (limit: number) => admission.limit('sync', 'v', [{ environmentId: 1, text: `- - ${limit} -` }]);

    it('holds back what was in line before there was one', async () => {
      admission = new Admission(redis, 'fairlead', options(SLOTS, 3));
      const { admitted } = await admission.offer('sync', [...of(7, 'a1', 'a2', 'a3', 'a4', 'a5'), ...of(8, 'b1', 'b2')], 0);
      expect(ids(admitted)).toEqual(['a1', 'a2', 'a3']);
      expect(await limited(1)).toEqual([]);
      expect(await admission.load('sync', 1)).toEqual({ waiting: 4, running: 3 });
      // What runs beyond the limit is counted, and goes first.
      expect(ids(await admission.release('sync', 'a1'))).toEqual(['b1']);
      expect(await admission.load('sync', 1)).toEqual({ waiting: 3, running: 3 });
      expect(await admission.release('sync', 'a2')).toEqual([]);
      expect(ids(await admission.release('sync', 'a3'))).toEqual(['a4']);
      expect(ids(await admission.release('sync', 'b1'))).toEqual(['b2']);
      expect(ids(await admission.release('sync', 'a4'))).toEqual(['a5']);
    });

    it('counts what runs, and holds back what is in line, where one comes for all environments', async () => {
      admission = new Admission(redis, 'fairlead', options(SLOTS, 2));
      await admission.offer('sync', of(7, 'a1', 'a2', 'a3'), 0);
      admission = new Admission(redis, 'fairlead', { ...options(SLOTS, 3), connectionCap: 1 });
      expect(await admission.pump('sync')).toEqual([]);
      expect(await admission.release('sync', 'a1')).toEqual([]);
      expect(ids(await admission.release('sync', 'a2'))).toEqual(['a3']);
    });

    it('holds back, in order, what a lower one has no room for', async () => {
      await admission.offer('sync', offers(2, 'x1', 'x2', 'x3'), 0);
      admission = new Admission(redis, 'fairlead', { ...options(SLOTS, 4), connectionCap: 4 });
      expect(ids((await admission.offer('sync', of(7, 'a1', 'a2', 'a3', 'a4', 'a5', 'a6'), 0)).admitted)).toEqual(['a1']);
      await limited(1);
      for (const name of ['x1', 'x2', 'x3']) expect(await admission.release('sync', name)).toEqual([]);
      const order = [];
      for (let [next]: (string | undefined)[] = ['a1']; next; [next] = ids(await admission.release('sync', next)))
        order.push(next);
      expect(order).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
      expect((await redis.keys('fairlead:admission:sync:*')).filter((key) => !key.includes(':limits'))).toEqual([]);
    });

    it('lets other environments run while it sifts a long queue, a part at a time', async () => {
      admission = new Admission(redis, 'fairlead', options(SLOTS, 3));
      await admission.offer('sync', of(7, ...Array.from({ length: 2_500 }, (_, index) => `a${index}`)), 0);
      await admission.offer('sync', of(8, 'b1'), 0);
      await limited(1);
      await admission.release('sync', 'a0');
      expect(ids((await admission.offer('sync', offers(2, 'x1'), 0)).admitted)).toEqual(['x1']);
      const admitted = [];
      for (let pumped = 0; pumped < 3; pumped += 1) admitted.push(...ids(await admission.pump('sync')));
      expect(admitted).toEqual(['b1']);
      expect(await admission.load('sync', 1)).toEqual({ waiting: 2_497, running: 3 });
    });

    it('counts what waits behind it as waiting, and what runs without being known', async () => {
      await admission.adopt('sync', of(7, 'x1'));
      expect((await admission.offer('sync', of(7, 'a1', 'a2', 'a3'), 2)).refused).toBe(1);
      expect(ids(await admission.release('sync', 'x1'))).toEqual(['a1']);
    });

    it('leaves nothing behind', async () => {
      await admission.offer('sync', [...of(7, 'a1', 'a2', 'a3'), ...of(8, 'b1')], 0);
      for (const name of ['a3', 'a1', 'b1', 'a2']) await admission.release('sync', name);
      expect(await redis.keys('fairlead:admission:*')).toEqual([]);
    });
  });

  describe('with headroom', () => {
    beforeEach(() => {
      admission = new Admission(redis, 'fairlead', { ...options(SLOTS, 100), headroom: each(1) });
    });

    it('lets an environment below its share in while another holds every slot', async () => {
      await admission.offer('sync', offers(1, 'a1', 'a2', 'a3', 'a4', 'a5', 'a6'), 0);
      expect(ids((await admission.offer('sync', offers(2, 'b1'), 0)).admitted)).toEqual(['b1']);
      expect((await admission.offer('sync', offers(2, 'b2'), 0)).admitted).toEqual([]);
      expect(await admission.release('sync', 'a1')).toEqual([]);
      expect(ids(await admission.release('sync', 'a2'))).toEqual(['a5']);
      expect(ids(await admission.release('sync', 'a3'))).toEqual(['b2']);
    });

    it('is not for one that has its share', async () => {
      await admission.offer('sync', offers(1, 'a1', 'a2', 'a3'), 0);
      await admission.offer('sync', offers(2, 'b1'), 0);
      expect((await admission.offer('sync', offers(1, 'a4'), 0)).admitted).toEqual([]);
    });
  });

  it('skips what was cancelled while it waited', async () => {
    await admission.offer('sync', offers(1, 'a1', 'a2', 'a3', 'a4'), 0);
    expect(await admission.release('sync', 'a3')).toEqual([]);
    expect(ids(await admission.release('sync', 'a1'))).toEqual(['a4']);
  });

  it('refuses what is too many for its environment', async () => {
    for (const id of ['a1', 'a2', 'a3']) expect((await admission.offer('action', offers(1, id), 1)).refused).toBe(0);
    expect((await admission.offer('action', offers(1, 'a4'), 1)).refused).toBe(1);
    expect((await admission.offer('action', offers(2, 'b1'), 1)).refused).toBe(0);
  });

  it('keeps a place for what is being accepted, beside what would start at once', async () => {
    admission = new Admission(redis, 'fairlead', { ...options(SLOTS, CAP), maxQueued: 2 });
    const reserve = (...names: string[]) => admission.reserveIfKnown('sync', 1, names);
    expect(await reserve('a1', 'a2', 'a3')).toEqual({ reserved: 3, waiting: 0 });
    expect(await reserve('a4', 'a5')).toEqual({ reserved: 1, waiting: 3 });
    expect(await reserve('a5')).toEqual({ reserved: 0, waiting: 4 });
    await admission.giveUp('sync', 1, ['a4']);
    expect(await reserve('a5')).toEqual({ reserved: 1, waiting: 3 });
    await admission.offer('sync', offers(1, 'a1', 'a2', 'a3', 'a5'), 0);
    expect(await reserve('a6')).toEqual({ reserved: 0, waiting: 2 });
    expect(await admission.load('sync', 1)).toEqual({ waiting: 2, running: CAP });
    for (const id of ['a1', 'a2', 'a3', 'a5']) await admission.release('sync', id);
    expect(await redis.keys('fairlead:admission:*')).toEqual([]);
  });

  it('hands what has no row to a worker when it is admitted, and keeps its data until it ends', async () => {
    const offered = [{ id: 'a1', environmentId: 1, data: '{"a":1}' }];
    expect(await admission.offer('action', offered, 0)).toEqual({ refused: 0, admitted: [] });
    expect(await new JobStream(redis, 'fairlead:stream:action').all()).toEqual(['{"a":1}']);
    expect(await admission.runningSince('action', 0)).toEqual(offered);
    await admission.settle('action', 'a1');
    expect(await redis.keys('fairlead:admission:*')).toEqual([]);
  });

  it('settles once, and says who heard', async () => {
    const reply = { channel: 'nobody-listens', message: 'm', keepFor: { key: 'kept', seconds: 5 } };
    expect(await admission.settle('action', 'a1', reply)).toEqual({ first: true, heard: 0, admitted: [] });
    expect(await admission.settle('action', 'a1', reply)).toMatchObject({ first: false });
    expect(await redis.get('kept')).toBe('m');
  });

  it('remembers an end for longer than the action can have taken, token and all', async () => {
    await admission.settle('action', 'a1');
    const { startWithinMs, runWithinMs } = LIMITS.action;
    expect(await redis.pttl('fairlead:settled:a1')).toBeGreaterThan(2 * (startWithinMs + runWithinMs));
  });

  it('counts what it is told to run', async () => {
    await admission.adopt('sync', offers(1, 'x1', 'x2'));
    expect(ids((await admission.offer('sync', [...offers(1, 'a1'), ...offers(2, 'b1')], 0)).admitted)).toEqual(['b1']);
    expect(await admission.unknown('sync', [{ id: 'x1' }, { id: 'zz' }])).toEqual([{ id: 'zz' }]);
    expect(ids(await admission.release('sync', 'x1'))).toEqual(['a1']);
  });

  it('does as its model does, whatever comes in which order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        await redis.flushdb();
        admission = new Admission(redis, 'fairlead', { ...options(SLOTS, CAP), headroom: each(1), connectionCap: 1 });
        const model = new AdmissionModel({ slots: SLOTS, headroom: 1, cap: CAP, connection: 1 });
        for (const one of steps) {
          const [admitted, expected] = await taken(one, model);
          expect(ids(admitted)).toEqual(expected);
        }
        expect((await redis.zrange('fairlead:admission:sync:running', 0, -1)).toSorted()).toEqual(model.runningIds());
        for (const environment of [0, 1, 2])
          expect((await admission.load('sync', environment)).waiting).toBe(model.waiting(environment));
      }),
      { numRuns: 150 },
    );
  });
});

const cap = fc.option(fc.integer({ min: 1, max: 3 }));
const limit = fc.record({
  environment: fc.integer({ min: 0, max: 2 }),
  cap,
  weight: cap,
  connection: fc.option(fc.integer({ min: 0, max: 2 })),
});
const id = fc.integer({ min: 0, max: 17 });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant('offer' as const), id }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('release' as const), id }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('limit' as const), limits: fc.array(limit, { maxLength: 2 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** Six executions of each of three environments, on two connections each. */
async function taken(one: Step, model: AdmissionModel): Promise<[readonly Admitted[], string[]]> {
  if (one.does === 'limit') {
    const limits = new Map(one.limits.map(({ environment, ...own }) => [environment, own]));
    const written = [...limits].map(([environmentId, own]) => ({
      environmentId,
      text: capsText({ maxRunning: own.cap, weight: own.weight, maxRunningPerConnection: own.connection, maxQueued: null }),
    }));
    return [await admission.limit('sync', 'v', written), model.limit(limits)];
  }
  const [name, environmentId, connectionRowId] = [`x${one.id}`, one.id % 3, one.id % 6];
  if (one.does === 'release') return [await admission.release('sync', name), model.release(name)];
  const { admitted } = await admission.offer('sync', [{ id: name, environmentId, connectionRowId }], 0);
  return [admitted, model.offer(name, environmentId, connectionRowId)];
}
