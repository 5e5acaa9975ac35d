import { once } from 'node:events';
import { expect, it } from 'vitest';
import { startUpstream } from '#libs/testing';
import { failureOf, outputOf, startTestRunner } from './test-runner.js';

/** SIGTERM: nothing new, time for what runs, and a documented end for what does not use it. */
const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};

async function startHeld(env: Record<string, string>) {
  const runner = await startTestRunner(await startUpstream(), env);
  const asked = gate();
  const answer = gate();
  runner.world.on('GET', '/held', async () => {
    asked.open();
    await answer.opened;
    return { body: { done: true } };
  });
  const running = runner.run(`return (await nango.get({ endpoint: '/held' })).data`);
  await asked.opened;
  return { runner, running, answer };
}

it('lets a running function end in its time, and sends new ones elsewhere', async () => {
  const { runner, running, answer } = await startHeld({ FAIRLEAD_RUNNER_DRAIN_MS: '20000' });
  const goodbye = once(await runner.connect(), 'close');
  const closed = runner.close();
  expect(await goodbye).toEqual([1001, expect.anything()]);
  await expect(runner.connect()).rejects.toThrow('503');
  answer.open();
  expect(outputOf(await running)).toEqual({ done: true });
  await closed;
});

it('stops a function that takes longer, and tells so', async () => {
  const { runner, running, answer } = await startHeld({ FAIRLEAD_RUNNER_DRAIN_MS: '50' });
  const closed = runner.close();
  expect(failureOf(await running)).toMatchObject({
    code: 'function_runtime_other',
    message: 'the runner is shutting down',
  });
  answer.open();
  await closed;
});
