import { existsSync } from 'node:fs';
import { messageOf } from '#libs/kernel';
import { ServicesEnded } from './app-process.js';
import { banner } from './banner.js';
import { Interrupted, Launcher } from './launcher.js';

/** npm passes on a Ctrl-C that the terminal sent us already: what follows that closely is the same one. */
const SAME_SIGNAL_MS = 500;
const say = (progress: string) => console.log(`fairlead: ${progress}`);

function readDotEnv(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}

/** Stops on the first signal, or when whoever started us is gone; a second signal does not wait. */
function stopOnSignal(launcher: Launcher): void {
  let firstAt = 0;
  const stop = () => {
    if (firstAt === 0) {
      firstAt = Date.now();
      say('stopping');
      void launcher.stop().then(() => process.exit(0));
    } else if (Date.now() - firstAt > SAME_SIGNAL_MS) {
      launcher.kill();
      process.exit(130);
    }
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  if (process.channel) process.on('disconnect', stop);
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  readDotEnv();
  const launcher = new Launcher(process.env, say, process.argv.slice(2));
  stopOnSignal(launcher);
  try {
    const info = await launcher.start();
    console.log(banner(info, (performance.now() - startedAt) / 1000));
  } catch (error) {
    if (error instanceof Interrupted) return;
    await launcher.stop();
    throw error;
  }
  const end = await launcher.ended();
  await launcher.stop();
  if (end instanceof Error) throw end;
  process.exit(end.code ?? 1);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ServicesEnded && error.saidWhy)) console.error(`fairlead: ${messageOf(error)}`);
  process.exit(1);
}
