import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestRedis, testRedis } from '#libs/testing';
import { Admission, type Admitted } from './admission.js';

const SLOTS = 4;
const CAP = 2;
let server: TestRedis;
let redis: Redis;
let admission: Admission;

const options = (slots: number, cap: number) => ({
  slots: { action: slots, 'action-async': slots, sync: slots, 'on-event': slots },
  environmentCaps: { action: cap, 'action-async': cap, sync: cap, 'on-event': cap },
  maxQueued: 10,
});
const ids = (admitted: readonly Admitted[]) => admitted.map(({ id }) => id);
const offers = (environmentId: number, ...names: string[]) => names.map((id) => ({ id, environmentId }));

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
  admission = new Admission(redis, options(SLOTS, CAP));
});

describe('admission', () => {
  it('takes turns between environments, under the cap of each', async () => {
    const { admitted } = await admission.offer('sync', [...offers(1, 'a1', 'a2', 'a3'), ...offers(2, 'b1')], 0);
    expect(ids(admitted)).toEqual(['a1', 'b1', 'a2']);
    expect(ids(await admission.release('sync', 'a1'))).toEqual(['a3']);
  });

  it('lets a late environment in after one turn of a busy one', async () => {
    admission = new Admission(redis, options(2, 100));
    await admission.offer('sync', offers(1, ...Array.from({ length: 1_000 }, (_, index) => `a${index}`)), 0);
    await admission.offer('sync', offers(2, 'b1', 'b2'), 0);
    const next = [];
    for (const done of ['a0', 'a1', 'a2', 'b1']) next.push(...ids(await admission.release('sync', done)));
    expect(next).toEqual(['a2', 'b1', 'a3', 'b2']);
  });

  it('uses idle slots whoever wants them', async () => {
    admission = new Admission(redis, options(3, 100));
    expect(ids((await admission.offer('sync', offers(1, 'a1', 'a2', 'a3', 'a4'), 0)).admitted)).toEqual(['a1', 'a2', 'a3']);
  });

  it('admits an execution once, however often it is offered', async () => {
    await admission.offer('sync', offers(1, 'a1'), 0);
    expect(await admission.offer('sync', offers(1, 'a1'), 0)).toEqual({ refused: 0, admitted: [] });
    await admission.offer('sync', offers(1, 'a2', 'a3', 'a3'), 0);
    expect(ids(await admission.release('sync', 'a1'))).toEqual(['a3']);
    expect(await admission.release('sync', 'a1')).toEqual([]);
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

  it('keeps the job data of what has no row until it ends', async () => {
    const { admitted } = await admission.offer('action', [{ id: 'a1', environmentId: 1, data: '{"a":1}' }], 0);
    expect(admitted).toEqual([{ id: 'a1', environmentId: 1, data: '{"a":1}' }]);
    expect(await admission.runningSince('action', 0)).toEqual(admitted);
    await admission.settle('action', 'a1');
    expect(await redis.keys('fairlead:admission:*')).toEqual([]);
  });

  it('settles once, and says who heard', async () => {
    const reply = { channel: 'nobody-listens', message: 'm', keepFor: { key: 'kept', seconds: 5 } };
    expect(await admission.settle('action', 'a1', reply)).toEqual({ first: true, heard: 0, admitted: [] });
    expect(await admission.settle('action', 'a1', reply)).toMatchObject({ first: false });
    expect(await redis.get('kept')).toBe('m');
    expect(await redis.ttl('fairlead:settled:a1')).toBeGreaterThan(86_000);
  });

  it('counts what it is told to run', async () => {
    await admission.adopt('sync', offers(1, 'x1', 'x2'));
    expect(ids((await admission.offer('sync', [...offers(1, 'a1'), ...offers(2, 'b1')], 0)).admitted)).toEqual(['b1']);
    expect(await admission.unknown('sync', [{ id: 'x1' }, { id: 'zz' }])).toEqual([{ id: 'zz' }]);
    expect(ids(await admission.release('sync', 'x1'))).toEqual(['a1']);
  });

  it('does as its model does, whatever comes in which order', async () => {
    const id = fc.integer({ min: 0, max: 11 });
    const step = fc.record({ isOffer: fc.boolean(), id });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await redis.flushdb();
        const model = new Model();
        for (const { isOffer, id: number } of steps) {
          const [name, environmentId] = [`x${number}`, number % 3];
          const admitted = isOffer
            ? (await admission.offer('sync', [{ id: name, environmentId }], 0)).admitted
            : await admission.release('sync', name);
          expect(ids(admitted)).toEqual(isOffer ? model.offer(name, environmentId) : model.release(name));
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** The rule in a few lines: environments take turns, each with at most CAP at a time, all with at most SLOTS. */
class Model {
  readonly #environmentOf = new Map<string, number>();
  readonly #queues = new Map<number, string[]>();
  readonly #running = new Set<string>();
  readonly #ring: number[] = [];

  offer(id: string, environment: number): string[] {
    if (!this.#environmentOf.has(id)) {
      this.#environmentOf.set(id, environment);
      this.#queues.set(environment, [...(this.#queues.get(environment) ?? []), id]);
      this.#takeTurns(environment);
    }
    return this.#admit();
  }

  release(id: string): string[] {
    const environment = this.#environmentOf.get(id);
    if (environment !== undefined) {
      this.#environmentOf.delete(id);
      this.#running.delete(id);
      this.#takeTurns(environment);
    }
    return this.#admit();
  }

  #busy = (environment: number) => [...this.#running].filter((id) => this.#environmentOf.get(id) === environment).length;

  #takeTurns(environment: number): void {
    const waits = (this.#queues.get(environment) ?? []).length > 0;
    if (waits && this.#busy(environment) < CAP && !this.#ring.includes(environment)) this.#ring.push(environment);
  }

  #next(environment: number): string | undefined {
    const queue = this.#queues.get(environment) ?? [];
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      if (this.#environmentOf.has(id) && !this.#running.has(id)) return id;
    }
    return undefined;
  }

  #admit(): string[] {
    const admitted: string[] = [];
    while (this.#running.size < SLOTS) {
      const environment = this.#ring.shift();
      if (environment === undefined) break;
      const id = this.#busy(environment) < CAP ? this.#next(environment) : undefined;
      if (id === undefined) continue;
      this.#running.add(id);
      admitted.push(id);
      this.#takeTurns(environment);
    }
    return admitted;
  }
}
