import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './place.mjs';

const POLL_MS = 200;
const id = createHash('sha256').update(root).digest('hex').slice(0, 16);
const file = join(tmpdir(), `fairlead-setup-${id}-${process.getuid?.() ?? 0}.pid`);

/** Two stacks may be started from one folder at once: they install and build one after the other. */
export async function takeTurns(say, work) {
  for (let told = false; !acquire(); told = true) {
    if (!told) say(`waiting for process ${holder()}, which installs or builds in this folder`);
    await delay(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function acquire() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!isAlive(holder())) rmSync(file, { force: true });
  return false;
}

function holder() {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
