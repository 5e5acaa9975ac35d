import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { inNamespaces, type Namespaces } from './namespaces.js';

const canUnshare = (): boolean => inNamespaces('auto', 'SETTING')([]).execPath === 'unshare';

/** What a process started so hears from a server of this one. */
function dial(namespaces: Namespaces, port: number): string {
  const { execPath, execArgv } = inNamespaces(namespaces, 'SETTING')([]);
  const code = `require('net').connect(${port}, '127.0.0.1', () => { console.log('connected'); process.exit(); }).on('error', (e) => console.log(e.code))`;
  return execFileSync(execPath, [...execArgv, '-e', code], { encoding: 'utf8' }).trim();
}

it.skipIf(!canUnshare())('has no way to a port that others reach', async () => {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect([dial('off', port), dial('auto', port)]).toEqual(['connected', 'ENETUNREACH']);
  await new Promise((resolve) => server.close(resolve));
});

it('goes without where the platform does not let us, and refuses where that is required', () => {
  vi.stubEnv('PATH', '/nowhere');
  expect(inNamespaces('auto', 'SETTING')(['--flag'])).toEqual({ execPath: process.execPath, execArgv: ['--flag'] });
  expect(() => inNamespaces('required', 'SETTING')).toThrow('SETTING is required, but `unshare --user --net` fails here');
  vi.unstubAllEnvs();
});
