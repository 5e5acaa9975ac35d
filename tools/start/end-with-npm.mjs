import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 1000;

/**
 * Ends us when the npm that runs us is gone: killed, it tells nobody, and ended by a signal it may take only the shell between us with it.
 * Whoever runs this without npm may leave it alone on purpose.
 */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const chain = chainToNpm();
  setInterval(() => {
    if (chain.some(({ pid, parent }) => parentOf(pid) !== parent)) process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS).unref();
}

/** Who must stay whose child: we of our parent, and, where that is npm's shell, the shell of npm. */
function chainToNpm() {
  const own = { pid: process.pid, parent: process.ppid };
  const grandparent = parentOf(process.ppid);
  return !isNpm(process.ppid) && isNpm(grandparent) ? [own, { pid: process.ppid, parent: grandparent }] : [own];
}

function parentOf(pid) {
  if (pid === process.pid) return process.ppid;
  return Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
}

const isNpm = (pid) => /^(npm|[^\0]*node\0[^\0]*npm)/.test(read(`/proc/${pid}/cmdline`));

/** Empty where there is no /proc, or no longer such a process. */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
