import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { confinement } from './confinement.js';

/** What a sandbox process could still reach if a function broke out of its isolate into JavaScript of the process. */
const PROBE = `
const tried = async (work) => { try { return [await work()] } catch (error) { return error.code ?? error.message } };
const reach = async () => ({
  env: Object.keys(process.env),
  passwd: await tried(() => require('fs').readFileSync('/etc/passwd', 'utf8')),
  parent: await tried(() => require('fs').readFileSync('/proc/' + process.ppid + '/environ', 'utf8')),
  write: await tried(() => require('fs').writeFileSync('/tmp/fairlead-out', 'x')),
  spawn: await tried(() => require('child_process').spawnSync('true').error.code),
  worker: await tried(() => new (require('worker_threads').Worker)('1', { eval: true })),
});
reach().then((found) => process.send(found, () => process.exit(0)));
`;
let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'fairlead-confined-'))));
afterAll(() => rmSync(folder, { recursive: true }));

it('reads only the sandbox, writes nothing, starts nothing and has an empty environment', async () => {
  const file = join(folder, 'probe.cjs');
  writeFileSync(file, PROBE);
  const { execPath, execArgv } = confinement('auto');
  const found = await new Promise((resolve, reject) => {
    const child = fork(file, [], { execPath, execArgv: [...execArgv, `--allow-fs-read=${folder}`], env: {}, stdio: 'pipe' });
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the probe ended with ${code}`)));
  });
  expect(found).toMatchObject({
    env: [],
    passwd: 'ERR_ACCESS_DENIED',
    parent: 'ERR_ACCESS_DENIED',
    write: 'ERR_ACCESS_DENIED',
    spawn: 'ERR_ACCESS_DENIED',
    worker: 'ERR_ACCESS_DENIED',
  });
});
