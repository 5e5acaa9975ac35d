import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ManagedProcess, startProcess, type Supervised, supervise } from '#libs/embedded';
import { runnerConfig } from '../../runner/src/runner.config.js';
import { runnerEnvironment } from './domain/runner-environment.js';

const entry = fileURLToPath(new URL('../../runner/src/main.js', import.meta.url));
const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 8_000;
const POLL_MS = 50;

/** Starts the runner, the one service that gets a process of its own: it executes code that is not ours. */
export function startRunner(env: NodeJS.ProcessEnv): Promise<Supervised> {
  return supervise({
    name: 'the runner',
    launch: () => launch(runnerEnvironment(env, Object.keys(runnerConfig.shape)), `${env['RUNNER_SERVICE_URL']}/ready`),
    onExit: ({ code, signal }) => console.error(`standalone: the runner ended with ${code ?? signal}, starting it again`),
  });
}

async function launch(env: NodeJS.ProcessEnv, readyUrl: string): Promise<ManagedProcess> {
  const runner = await startProcess({
    command: process.execPath,
    args: ['--no-node-snapshot', entry],
    env,
    stopSignal: 'SIGTERM',
    stopWithinMs: STOP_WITHIN_MS,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (const giveUpAt = Date.now() + READY_WITHIN_MS; Date.now() < giveUpAt && !runner.hasEnded(); await delay(POLL_MS)) {
    if (await answers(readyUrl)) return runner;
  }
  const { code, signal } = await runner.stop();
  throw new Error(`the runner did not become ready (it ended with ${code ?? signal})`);
}

async function answers(url: string): Promise<boolean> {
  try {
    const reply = await fetch(url);
    await reply.body?.cancel();
    return reply.ok;
  } catch {
    return false;
  }
}
