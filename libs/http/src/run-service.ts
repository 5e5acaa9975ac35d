import { ConfigError } from '#libs/kernel';
import type { RunningApp } from './http-app.js';

/** Exit code of a process that could not start because of its configuration or surroundings. */
const EXIT_UNUSABLE = 1;

/**
 * Runs one service as a process: starts it, closes it on SIGTERM or SIGINT, and exits 0 after a clean stop.
 * A start that fails says why in one sentence when the cause is the environment, with a stack otherwise.
 */
export async function runService(name: string, start: () => Promise<Pick<RunningApp, 'url' | 'close'>>): Promise<void> {
  try {
    const running = await start();
    process.stdout.write(`${JSON.stringify({ event: 'ready', service: name, url: running.url })}\n`);
    stopOnSignal(running);
  } catch (error) {
    process.stderr.write(`${name}: ${describe(error)}\n`);
    process.exit(EXIT_UNUSABLE);
  }
}

function stopOnSignal(running: Pick<RunningApp, 'close'>): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await running.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}

function describe(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if ((error as { code?: string }).code === 'EADDRINUSE') {
    return `port ${(error as { port?: number }).port} is already in use; stop what listens there or choose another port`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
