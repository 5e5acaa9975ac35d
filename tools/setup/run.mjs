import { spawn } from 'node:child_process';
import { root } from './place.mjs';

/** Children that still run, so that a signal to us reaches them. */
const running = new Set();

/** Passes a signal on to what runs; answers whether anything did. */
export function signalChildren(signal) {
  for (const child of running) child.kill(signal);
  return running.size > 0;
}

/** Runs a program in the repository's folder with our terminal; answers its exit code, 128 + n when signal n ended it. */
export function run(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
  running.add(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      running.delete(child);
      resolve(code ?? 128 + (SIGNAL_NUMBERS[signal] ?? 0));
    });
  });
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15, SIGSEGV: 11, SIGABRT: 6 };
