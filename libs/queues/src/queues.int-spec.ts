import { Injectable, Module, type Provider } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisModule } from '#libs/cache';
import type { JobData } from '#libs/contracts';
import { newId, Secret } from '#libs/kernel';
import { type TestRedis, testRedis } from '#libs/testing';
import { BoardModule } from './board.module.js';
import { HandlesJob, type JobContext, type JobHandler } from './handles-job.js';
import { JobProducer } from './job-producer.js';
import { QueuesModule, WorkersModule } from './queues.module.js';

type SyncJob = JobData<'sync.run'>;

/** What the handlers saw, and what they do. */
let handled: SyncJob[] = [];
let lost: [SyncJob, string][] = [];
let work: (job: SyncJob, context: JobContext) => Promise<void>;

@Injectable()
@HandlesJob('sync.run')
class SyncHandler implements JobHandler<'sync.run'> {
  async handle(job: SyncJob, context: JobContext): Promise<void> {
    handled.push(job);
    await work(job, context);
  }
  async lost(job: SyncJob, reason: string): Promise<void> {
    lost.push([job, reason]);
  }
}

@Injectable()
@HandlesJob('sync.run')
class SecondHandler extends SyncHandler {}

@Module({})
class HandlersModule {}

const concurrency = { action: 2, 'action-async': 2, sync: 2, 'on-event': 2, delivery: 2, maintenance: 2 };
const newJob = (): SyncJob => ({ executionId: newId(), environmentId: 1 });

let server: TestRedis;
let redis: Redis;
let apps: NestFastifyApplication[] = [];

beforeAll(async () => {
  server = await testRedis();
  redis = new Redis(server.url, { maxRetriesPerRequest: null });
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});
beforeEach(async () => {
  handled = [];
  lost = [];
  work = async () => undefined;
  await redis.flushdb();
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  apps = [];
});

async function start(
  handlers: Provider[] = [],
  password: Secret | undefined = new Secret('sesame'),
): Promise<NestFastifyApplication> {
  const options = { concurrency, graceMs: 200, lockMs: 500, stalledCheckMs: 100 };
  const testing = await Test.createTestingModule({
    imports: [
      RedisModule.forRoot(server.url),
      QueuesModule.forRoot(),
      BoardModule.forRoot({ username: 'operator', password }),
      { module: HandlersModule, imports: handlers.length > 0 ? [WorkersModule.forRoot(options)] : [], providers: handlers },
    ],
  }).compile();
  const app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  apps.push(app);
  return app;
}
const enqueue = (app: NestFastifyApplication, job: SyncJob) =>
  app.get(JobProducer).enqueue('sync.run', job, { jobId: job.executionId });

describe('a job', () => {
  it('reaches its handler once, however often it is enqueued', async () => {
    const [producer, job] = [await start(), newJob()];
    await Promise.all([enqueue(producer, job), enqueue(producer, job)]);
    await start([SyncHandler]);
    await expect.poll(() => handled).toEqual([job]);
    expect(await producer.get(JobProducer).knows('sync.run', job.executionId)).toBe(true);
  });

  it('is checked before it is enqueued', async () => {
    const job = { executionId: 'not-an-id', environmentId: 1 };
    await expect(enqueue(await start(), job)).rejects.toThrow('Invalid UUID');
  });

  it('whose handler throws is lost, not tried again', async () => {
    work = () => Promise.reject(new Error('broken'));
    const [app, job] = [await start([SyncHandler]), newJob()];
    await enqueue(app, job);
    await expect.poll(() => lost).toEqual([[job, 'broken']]);
    expect(handled).toHaveLength(1);
  });

  it('that ended may be enqueued again', async () => {
    const [app, job] = [await start([SyncHandler]), newJob()];
    await enqueue(app, job);
    await expect.poll(() => app.get(JobProducer).queue('sync').getJobState(job.executionId)).toBe('completed');
    await app.get(JobProducer).enqueueAgain('sync.run', job, { jobId: job.executionId });
    await expect.poll(() => handled).toEqual([job, job]);
  });

  it('of a process that died is lost within seconds, and never run again', async () => {
    const [producer, job] = [await start(), newJob()];
    await enqueue(producer, job);
    const taken = new Promise<Worker>((resolve) => {
      const dying: Worker = new Worker('sync', () => new Promise<void>(() => resolve(dying)), {
        connection: redis.duplicate(),
        prefix: 'fairlead',
        lockDuration: 300,
        stalledInterval: 100,
        maxStalledCount: 0,
      });
    });
    await (await taken).close(true);
    await start([SyncHandler]);
    await expect.poll(() => lost, { timeout: 5_000 }).toEqual([[job, 'job stalled more than allowable limit']]);
    expect(handled).toEqual([]);
  });

  it('is aborted when the process stops and it does not end', async () => {
    const aborted = new Promise<void>((resolve) => {
      work = (_job, { signal }) =>
        new Promise((done) => {
          signal.addEventListener('abort', () => {
            resolve();
            done();
          });
        });
    });
    const app = await start([SyncHandler]);
    await enqueue(app, newJob());
    await expect.poll(() => handled).toHaveLength(1);
    await app.close();
    apps = [];
    await aborted;
  });
});

it('an app with two handlers of one job does not start', async () => {
  await expect(start([SyncHandler, SecondHandler])).rejects.toThrow('sync.run has 2 handlers');
});

describe('the queue board', () => {
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

  it.each([
    ['nobody', {}],
    ['a wrong password', basic('operator:wrong')],
    ['a wrong name', basic('somebody:sesame')],
  ])('is closed to %s', async (_who, headers) => {
    const app = await start();
    for (const url of ['/admin/queues', '/admin/queues/api/queues', '/admin/queues/static/none']) {
      const reply = await app.inject({ url, headers });
      expect([url, reply.statusCode, reply.headers['www-authenticate']]).toEqual([url, 401, expect.stringContaining('Basic')]);
    }
  });

  it('is closed to everybody where there is no password', async () => {
    const app = await start([], new Secret(''));
    expect((await app.inject({ url: '/admin/queues', headers: basic('operator:') })).statusCode).toBe(401);
  });

  it('shows the operator every queue, and lets nothing be changed', async () => {
    const app = await start();
    const headers = basic('operator:sesame');
    expect((await app.inject({ url: '/admin/queues', headers })).body).toContain('Fairlead');
    const { queues } = (await app.inject({ url: '/admin/queues/api/queues', headers })).json<{
      queues: { name: string; readOnlyMode: boolean }[];
    }>();
    expect(queues.map(({ name, readOnlyMode }) => [name, readOnlyMode])).toEqual(
      ['action-async', 'sync', 'on-event', 'delivery', 'maintenance'].map((name) => [name, true]),
    );
    const pause = await app.inject({ method: 'PUT', url: '/admin/queues/api/queues/sync/pause', headers });
    expect(pause.statusCode).toBe(405);
  });
});
