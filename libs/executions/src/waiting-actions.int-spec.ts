import { Injectable } from '@nestjs/common';
import { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Outcome } from '#libs/contracts';
import { freePort, launchRedis, redisProgram, redisUrl } from '#libs/embedded';
import { newId } from '#libs/kernel';
import { HandlesJob, type JobHandler, JobStream } from '#libs/queues';
import { type TestDatabase, testDatabase, type TestRedis, testRedis } from '#libs/testing';
import { ActionAnswers } from './action-answers.js';
import { ControlChannel } from './control-channel.js';
import { failedOutcome, lostError } from './domain/outcomes.js';
import { Executions } from './executions.service.js';
import type { ActionJob } from './executions.types.js';
import { LedgerRepository } from './ledger.repository.js';
import { type Engine, type EngineOptions, startEngine } from './test-executions.js';

type Behaviour = (job: ActionJob, input: unknown, signal: AbortSignal) => Promise<unknown>;

/** What the worker does with the next actions. */
let behaviour: Behaviour;
const echo: Behaviour = async (_job, input) => input;

@Injectable()
@HandlesJob('action.run')
class TestProcessor implements JobHandler<'action.run'> {
  constructor(
    private readonly answers: ActionAnswers,
    private readonly control: ControlChannel,
  ) {}

  async handle(job: ActionJob, { signal }: { signal: AbortSignal }): Promise<void> {
    const input = await this.answers.inputOf(job);
    const output = await this.control.run(job.executionId, signal, (stop) => behaviour(job, input, stop));
    await this.answers.answer(job, { status: 'succeeded', output, durationMs: 1, proxyCalls: 0 }, Date.now());
  }

  async lost(job: ActionJob): Promise<void> {
    await this.answers.answer(job, failedOutcome(lostError('gone')), undefined);
  }
}

let database: TestDatabase;
let server: TestRedis;
let engines: Engine[] = [];
let onlooker: Redis;

beforeAll(async () => {
  database = await testDatabase();
  server = await testRedis();
  onlooker = new Redis(server.url);
});
afterAll(async () => {
  onlooker.disconnect();
  await server.close();
  await database.close();
});
beforeEach(async () => {
  behaviour = echo;
  await onlooker.flushdb();
});
afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.close()));
  engines = [];
});

async function start(options: Partial<EngineOptions> = {}): Promise<Engine> {
  const engine = await startEngine({
    databaseUrl: database.url,
    encryptionKey: database.encryptionKey,
    redisUrl: server.url,
    ...options,
  });
  engines.push(engine);
  return engine;
}
const worker = () => start({ handlers: [TestProcessor] });
const action = (input: unknown = null, more: object = {}) => ({
  environmentId: 1,
  functionId: 2,
  connectionRowId: 3,
  operationId: newId(),
  input,
  ...more,
});
const run = (engine: Engine, input?: unknown, more?: object): Promise<Outcome> =>
  engine.get(Executions).runAndWait(action(input, more));
const rows = (engine: Engine) =>
  engine.db.query<{ id: string; state: string; hasOutput: boolean }>(
    `SELECT id, state, output IS NOT NULL AS "hasOutput" FROM executions ORDER BY id DESC`,
  );

/** Everything a small action asks of Redis is a script, the wait for the next job, or the note that one has ended. */
async function roundTrips(): Promise<number> {
  const stats = await onlooker.info('commandstats');
  const calls = ['evalsha', 'eval', 'xreadgroup', 'xack'].map(
    (name) => new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1],
  );
  return calls.reduce((sum, count) => sum + Number(count ?? 0), 0);
}

describe('an action somebody waits for', () => {
  it.each([
    ['small', { a: [1, 'é'] }],
    ['too large for its job', { text: 'x'.repeat(5_000) }],
    ['large', { text: 'y'.repeat(200_000) }],
    ['nothing', null],
  ])('is answered: %s', async (_what, input) => {
    const [caller] = await Promise.all([start(), worker()]);
    expect(await run(caller, input)).toEqual({ status: 'succeeded', output: input, durationMs: 1, proxyCalls: 0 });
    await expect
      .poll(async () => (await rows(caller))[0])
      .toMatchObject({ state: 'succeeded', hasOutput: JSON.stringify(input).length > 16_000 });
    expect(await onlooker.keys('fairlead:admission:*')).toEqual([]);
  });

  it('answers each its own, under the cap of their environment', async () => {
    const [caller] = await Promise.all([start(), worker()]);
    let [running, most] = [0, 0];
    behaviour = async (_job, input) => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return input;
    };
    const outputs = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => ((await run(caller, index + 1)) as { output: number }).output),
    );
    expect(outputs).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(most).toBeLessThanOrEqual(5);
    expect(await onlooker.zcard('fairlead:admission:action:running')).toBe(0);
  });

  it('costs few Redis commands', async () => {
    const [caller] = await Promise.all([start(), worker()]);
    await run(caller, 1);
    const RUNS = 20;
    const before = await roundTrips();
    for (let index = 0; index < RUNS; index += 1) await run(caller, 1);
    // To be admitted and to be answered are one each; the rest is the queue's: add, take, end, and waiting in between.
    expect(((await roundTrips()) - before) / RUNS).toBeLessThanOrEqual(6);
  });

  it.each([
    ['small', 'x'],
    ['large', 'x'.repeat(50_000)],
  ])('is answered through the ledger when nobody hears the reply: %s', async (_what, input) => {
    const [caller] = await Promise.all([start(), worker()]);
    behaviour = async () => {
      await onlooker.client('KILL', 'TYPE', 'PUBSUB');
      return input;
    };
    expect(await run(caller)).toMatchObject({ status: 'succeeded', output: input });
  });

  it('is answered though Redis was emptied while it ran', async () => {
    const [caller] = await Promise.all([start(), worker()]);
    behaviour = async () => {
      await onlooker.flushdb();
      return 'still here';
    };
    expect(await run(caller)).toMatchObject({ output: 'still here' });
  });

  it('is answered though Redis is killed while it runs, and comes back empty', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-redis-'));
    const port = await freePort();
    const program = await redisProgram(process.env['PATH'] ?? '', () => undefined);
    const launch = () => launchRedis({ program, folder, logFile: join(folder, 'log'), password: 'p', durable: false }, port);
    let own = await launch();
    onTestFinished(async () => {
      await own.stop();
      rmSync(folder, { recursive: true });
    });
    const redisUrlOfOwn = redisUrl('p', port);
    const [caller] = await Promise.all([
      start({ redisUrl: redisUrlOfOwn }),
      start({ redisUrl: redisUrlOfOwn, handlers: [TestProcessor] }),
    ]);
    behaviour = async () => {
      process.kill(own.pid, 'SIGKILL');
      await own.exited;
      return 'still here';
    };
    expect(await run(caller)).toMatchObject({ output: 'still here' });
    own = await launch();
    behaviour = echo;
    expect(await run(caller, 'again')).toMatchObject({ output: 'again' });
  });

  it('fails when nothing starts it in time, and a late result changes nothing', async () => {
    const caller = await start();
    const outcome = await run(caller, 1, { startWithinMs: 1, runWithinMs: 60_000 });
    const [row] = await rows(caller);
    expect(outcome).toMatchObject({
      status: 'failed',
      error: {
        code: 'action_script_failure',
        status: 500,
        payload: { error: `Task ${row?.id} expired`, payload: { reason: 'createdToStartedTimeoutSecs_exceeded' } },
      },
    });
    const { input: _input, ...facts } = action();
    const job = { ...facts, executionId: row?.id ?? '', replyTo: 'nowhere', createdAtMs: 0 };
    const late = { status: 'succeeded', output: 1, durationMs: 1, proxyCalls: 0 } as const;
    expect(await caller.get(ActionAnswers).answer(job, late, 0)).toBe(false);
    await caller.get(LedgerRepository).insertFinal([{ ...job, id: job.executionId, state: 'succeeded', startedAtMs: 0 }]);
    expect((await rows(caller))[0]).toMatchObject({ id: row?.id, state: 'expired' });
  });

  it('stops where it runs when its time is up', async () => {
    const [caller] = await Promise.all([start(), worker()]);
    const stopped = new Promise<void>((resolve) => {
      behaviour = (_job, _input, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            resolve();
            reject(new Error('stopped'));
          });
        });
    });
    const outcome = await run(caller, 1, { startWithinMs: 500, runWithinMs: 500 });
    expect(outcome).toMatchObject({ error: { payload: { payload: { reason: 'startedToCompletedTimeoutSecs_exceeded' } } } });
    await stopped;
  });

  it('fails within seconds when the process that ran it dies', async () => {
    const caller = await start();
    const outcome = run(caller);
    const stream = new JobStream(onlooker, 'fairlead:stream:action');
    const dying = new Redis(server.url);
    await expect.poll(() => stream.take(dying, 'dying', 1, 100)).toHaveLength(1);
    dying.disconnect();
    await worker();
    expect(await outcome).toMatchObject({ status: 'failed', error: { code: 'function_runtime_other' } });
    expect(await onlooker.zcard('fairlead:admission:action:running')).toBe(0);
  });

  it('is refused when too many wait in its environment', async () => {
    const caller = await start({ maxQueued: 1, environmentCaps: { action: 1, 'action-async': 1, sync: 1, 'on-event': 1 } });
    const waiting = [run(caller, 1, { startWithinMs: 1 }), run(caller, 1, { startWithinMs: 1 })];
    await expect.poll(() => onlooker.hlen('fairlead:admission:action:env')).toBe(2);
    await expect(run(caller)).rejects.toMatchObject({ code: 'queue_full', status: 429 });
    await Promise.all(waiting);
  });
});
