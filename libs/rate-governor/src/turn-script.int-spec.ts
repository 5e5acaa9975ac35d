import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRedis } from '#libs/cache';
import { type TestRedis, testRedis } from '#libs/testing';
import { type News, type Turn, TurnScript } from './turn-script.js';

/** The order in which Redis lets calls go, whoever comes and goes, and whichever replica asks. */
let redis: TestRedis;
let connection: Redis;
let scripts: TurnScript[];

const LIMIT = 1_000;
const CALLERS = 4;

beforeAll(async () => {
  redis = await testRedis();
  connection = connectRedis(redis.url, 'turns');
  const options = { prefix: `test:${randomUUID()}`, leaseMs: 60_000, quietMs: 60_000, answerMs: 5_000 };
  scripts = ['one', 'two'].map((replica) => new TurnScript(connection, { ...options, replica }));
});
afterAll(async () => {
  connection.disconnect();
  await redis.close();
});

const NOTHING: News = { seen: undefined, answered: [], spare: [], arrivals: [], departures: [], tries: [], queued: 0 };
const USED_UP: News = {
  ...NOTHING,
  seen: { ageMs: 0, learnt: { low: true, limit: LIMIT, remaining: 0, resetsInMs: 60_000 } },
};
/** Gives a used-up window room for one more call. */
const ROOM: News = { ...NOTHING, spare: ['nobody:0'] };

async function turn(bucket: string, replica: number, news: News): Promise<Turn> {
  const told = await scripts[replica]!.turn(bucket, news);
  if (told === undefined || told === 'unanswered') throw new Error(`the bucket is ${String(told)}`);
  return told;
}

/** What happens at a bucket: a call of a caller comes, the newest of a caller goes, or there is room for one. */
type Event = { readonly what: 'comes' | 'goes' | 'room'; readonly caller: number; readonly replica: number };
const event: fc.Arbitrary<Event> = fc.record({
  what: fc.constantFrom('comes', 'comes', 'comes', 'goes', 'room', 'room'),
  caller: fc.nat(CALLERS - 1),
  replica: fc.nat(1),
});

/** Plays events on a new bucket, and says of each admission who was waiting before it. */
async function play(events: readonly Event[]) {
  const bucket = `1:${randomUUID()}`;
  const lines = Array.from({ length: CALLERS }, (): string[] => []);
  const admissions: { readonly caller: number; readonly isFirst: boolean; readonly waiting: readonly number[] }[] = [];
  await turn(bucket, 0, USED_UP);
  await turn(bucket, 1, NOTHING);
  let tickets = 0;
  for (const { what, caller, replica } of events) {
    const line = lines[caller] as string[];
    if (what === 'comes') {
      const ticket = `${['one', 'two'][replica]}:${(tickets += 1)}`;
      line.push(ticket);
      const { admitted } = await turn(bucket, replica, { ...NOTHING, arrivals: [[ticket, `c${caller}`]] });
      expect(admitted).toEqual([]);
    } else if (what === 'goes' && line.length > 0) {
      const [gone] = line.splice(tickets % line.length, 1) as [string];
      await turn(bucket, replica, { ...NOTHING, departures: [[gone, `c${caller}`]] });
    } else if (what === 'room' && lines.some(({ length }) => length > 0)) {
      const waiting = lines.flatMap(({ length }, index) => (length > 0 ? [index] : []));
      const asked = await turn(bucket, replica, ROOM);
      const other = await turn(bucket, 1 - replica, NOTHING);
      const admitted = [...asked.admitted, ...other.admitted];
      expect(admitted).toHaveLength(1);
      const who = lines.findIndex((tags) => tags.includes(admitted[0] as string));
      admissions.push({ caller: who, isFirst: lines[who]?.shift() === admitted[0], waiting });
    }
  }
  return admissions;
}

describe('calls', () => {
  it('of a caller go in the order they came, one for each that may', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 80 }), async (events) => {
        expect((await play(events)).filter(({ isFirst }) => !isFirst)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it('of a caller are ahead of another’s by one at most, if that one has not just had a turn', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 20, maxLength: 120 }), async (events) => {
        const admissions = await play(events);
        for (let caller = 0; caller < CALLERS; caller += 1) checkTurns(admissions, caller);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

/** While a caller waits, each other has one turn before its first and two before any later one at most. */
function checkTurns(admissions: Awaited<ReturnType<typeof play>>, caller: number): void {
  let overtaken = new Map<number, number>();
  let hadTurn = false;
  for (const { caller: served, waiting } of admissions) {
    if (!waiting.includes(caller) || served === caller) overtaken = new Map();
    else overtaken.set(served, (overtaken.get(served) ?? 0) + 1);
    hadTurn ||= served === caller;
    expect(Math.max(0, ...overtaken.values())).toBeLessThanOrEqual(hadTurn ? 2 : 1);
  }
}

describe('a replica', () => {
  it('whose waiting calls Redis has forgotten is told so', async () => {
    const bucket = `1:${randomUUID()}`;
    await turn(bucket, 0, { ...USED_UP, arrivals: [['one:1', 'a']] });
    expect((await turn(bucket, 0, { ...NOTHING, queued: 1 })).isLost).toBe(false);
    const keys = await connection.keys(`*{${bucket}}*`);
    await connection.del(...keys);
    expect(await scripts[1]!.turn(bucket, NOTHING)).toBeUndefined();
    await turn(bucket, 1, USED_UP);
    expect((await turn(bucket, 0, { ...NOTHING, queued: 1 })).isLost).toBe(true);
  });

  it('leaves no key without an end', async () => {
    const bucket = `1:${randomUUID()}`;
    await turn(bucket, 0, {
      ...USED_UP,
      arrivals: [
        ['one:1', 'a'],
        ['two:1', 'b'],
      ],
    });
    await turn(bucket, 1, { ...NOTHING, spare: ['nobody:0', 'nobody:1'] });
    const keys = await connection.keys(`*{${bucket}}*`);
    expect(keys.length).toBeGreaterThan(3);
    for (const key of keys) expect([key, (await connection.pttl(key)) > 0]).toEqual([key, true]);
  });

  it('learns nothing from an answer to a call of the window before', async () => {
    const bucket = `1:${randomUUID()}`;
    const seen = (remaining: number, ageMs: number, resetsInMs: number): News => ({
      ...NOTHING,
      seen: { ageMs, learnt: { low: true, limit: 10, remaining, resetsInMs } },
    });
    await turn(bucket, 0, seen(0, 0, 50));
    await expect.poll(async () => (await turn(bucket, 0, { ...NOTHING, tries: ['one:1'] })).admitted).toEqual(['one:1']);
    // Sent a second ago: before the window began.
    await turn(bucket, 0, seen(0, 1_000, 5));
    expect((await turn(bucket, 0, { ...NOTHING, tries: ['one:2'] })).admitted).toEqual(['one:2']);
    await turn(bucket, 0, seen(0, 0, 5_000));
    expect((await turn(bucket, 0, { ...NOTHING, tries: ['one:3'] })).refused).toEqual(['one:3']);
  });
});
