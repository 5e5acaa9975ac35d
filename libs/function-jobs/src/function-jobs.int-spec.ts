import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CryptoModule } from '#libs/crypto';
import { Database, DatabaseModule } from '#libs/database';
import { testDatabase } from '#libs/testing';
import { Secret } from '#libs/kernel';
import { FunctionJobs, FunctionJobsModule } from './index.js';

let jobs: FunctionJobs;
let db: Database;
let close: () => Promise<void>;
let environmentId: number;
const facts = { integration_id: 'crm', function_type: 'action', input: 'secret' } as const;

beforeAll(async () => {
  const database = await testDatabase();
  const app = await Test.createTestingModule({
    imports: [
      DatabaseModule.forRoot({ url: database.url, poolMax: 3, ssl: false, applicationName: 'test' }),
      CryptoModule.forRoot(new Secret(database.encryptionKey)),
      FunctionJobsModule.forRoot({ sweeps: false }),
    ],
  }).compile();
  await app.init();
  jobs = app.get(FunctionJobs);
  db = app.get(Database);
  const [row] = await db.query<{ id: number }>('SELECT id FROM environments ORDER BY id LIMIT 1');
  environmentId = row?.id ?? 0;
  close = async () => {
    await app.close();
    await database.close();
  };
});
afterAll(() => close());

it('keeps the first end of a job, and its input no longer than it runs', async () => {
  const { id } = await jobs.accept(environmentId, 'dryrun', facts);
  expect(await jobs.start(id, { bundleHash: 'abc' })).toBe(true);
  expect((await jobs.find(environmentId, 'dryrun', id))?.facts).toEqual({ ...facts, bundleHash: 'abc' });
  const [stored] = await db.query<{ text: string }>('SELECT function_jobs::text AS text FROM function_jobs WHERE id = $1', [id]);
  expect(stored?.text).not.toMatch(new RegExp(`secret|${Buffer.from('secret').toString('hex')}`));
  await jobs.finish(id, { output: 'log', result: { output: 'a\u0000b' } });
  await jobs.finish(id, { error: { code: 'late', message: '' } });
  const job = await jobs.find(environmentId, 'dryrun', id);
  expect(job).toMatchObject({ status: 'success', output: 'log', result: { output: 'a\u0000b' }, error: null });
  expect(job?.facts).toEqual({ integration_id: 'crm', function_type: 'action', bundleHash: 'abc' });
  expect(await jobs.find(environmentId, 'deployment', id)).toBeNull();
  expect(await jobs.find(environmentId + 1, 'dryrun', id)).toBeNull();
});

it('ends what the process that ran it has left behind', async () => {
  const { id } = await jobs.accept(environmentId, 'deployment', facts);
  await jobs.start(id);
  await db.query(`UPDATE function_jobs SET deadline_at = now() - interval '1 s' WHERE id = $1`, [id]);
  expect(await jobs.find(environmentId, 'deployment', id)).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
  expect(await jobs.start(id)).toBe(false);
  await db.query(`UPDATE function_jobs SET created_at = now() - interval '8 days' WHERE id = $1`, [id]);
  await jobs.sweep();
  expect(await jobs.find(environmentId, 'deployment', id)).toBeNull();
});

it('bounds what one environment has under way', async () => {
  for (let n = 0; n < 10; n += 1) await jobs.accept(environmentId, 'dryrun', facts);
  await expect(jobs.accept(environmentId, 'dryrun', facts)).rejects.toMatchObject({
    code: 'execution_environment_unavailable',
    retryAfterMs: 5_000,
  });
});
