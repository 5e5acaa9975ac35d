import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { isAlive } from './leftovers.js';
import { type ProcessPlan, startProcess } from './managed-process.js';
import { supervise } from './supervisor.js';

const plan = (script: string): ProcessPlan => ({
  command: process.execPath,
  args: ['-e', script],
  env: { PATH: process.env['PATH'] },
  stopSignal: 'SIGTERM',
  stopWithinMs: 300,
  stdio: ['ignore', 'pipe', 'ignore'],
});
const DEAF = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('deaf');`;

it('a process is asked to end', async () => {
  const sleeper = await startProcess(plan('setInterval(() => {}, 1000)'));
  expect(await sleeper.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(sleeper.hasEnded()).toBe(true);
});

it('one that does not listen is killed', async () => {
  const deaf = await startProcess(plan(DEAF));
  await once(deaf.child.stdout as NodeJS.ReadableStream, 'data');
  expect(await deaf.stop()).toEqual({ code: null, signal: 'SIGKILL' });
});

it('a program that does not exist is an error', async () => {
  await expect(startProcess({ ...plan(''), command: '/no/such/program' })).rejects.toMatchObject({ code: 'ENOENT' });
});

it('a process ends when the one that started it is killed', async () => {
  const parent = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', PARENT], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  expect(isAlive(Number(line))).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isAlive(Number(line)), { timeout: 10_000 }).toBe(false);
});

const PARENT = `
  import { startProcess } from ${JSON.stringify(new URL('managed-process.ts', import.meta.url).href)};
  const child = await startProcess({ command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], env: process.env,
    stopSignal: 'SIGTERM', stopWithinMs: 1000, stdio: 'ignore' });
  console.log(child.pid);
`;

it('a supervised process comes back, until it keeps ending', async () => {
  const started: number[] = [];
  const supervised = await supervise({
    name: 'the sleeper',
    launch: () => startProcess(plan('setInterval(() => {}, 1000)')),
    onStart: (pid) => {
      started.push(pid);
      // The last one is left alone only once it would not be restarted.
      if (started.length > 1) process.kill(pid, 'SIGKILL');
    },
  });
  process.kill(supervised.pid, 'SIGKILL');
  expect((await supervised.gaveUp).message).toContain('the sleeper keeps ending');
  expect(started).toHaveLength(6);
  await supervised.stop();
}, 15_000);
