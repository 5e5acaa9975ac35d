import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AUTHORITY, type EgressProxy, SERVER, startEgressProxy } from '#libs/testing';

/** Node reads NODE_EXTRA_CA_CERTS when it starts: only a process of its own can show that it counts. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = `
  import { loadConfig } from './dist/libs/kernel/src/index.js';
  import { Outbound, outboundEnv, parseOutboundPolicy } from './dist/libs/outbound/src/index.js';
  import { z } from 'zod';
  const outbound = new Outbound(parseOutboundPolicy(loadConfig(z.object(outboundEnv), process.env)));
  const call = { origin: process.argv[1], path: '/', method: 'GET' };
  try {
    const { body } = await outbound.under(undefined).dispatcher().request(call);
    console.log(await body.text());
  } catch (error) {
    console.log(error.code);
  }
  await outbound.destroy();`;

const upstream = createServer({ cert: SERVER.certificate, key: SERVER.privateKey }, (_request, response) =>
  response.end('there'),
);
let folder: string;
let proxy: EgressProxy;
let port: number;

beforeAll(async () => {
  await once(upstream.listen(0, '127.0.0.1'), 'listening');
  ({ port } = upstream.address() as AddressInfo);
  proxy = await startEgressProxy({ elsewhere: port });
  folder = await mkdtemp(join(tmpdir(), 'fairlead-authority-'));
  await writeFile(join(folder, 'authority.pem'), AUTHORITY);
});
afterAll(async () => {
  await proxy.close();
  upstream.close().closeAllConnections();
  await rm(folder, { recursive: true });
});

const run = async (origin: string, env: Record<string, string>) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM, origin], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...env },
  });
  return stdout.trim();
};
const OPEN = {
  NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: '[]',
  NANGO_OUTBOUND_URL_POLICY: '{"mode":"permissive","blockPrivateIps":false}',
};
const trusting = () => ({ NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem') });

it('an authority of a company’s own is trusted where NODE_EXTRA_CA_CERTS names it', async () => {
  const origin = `https://127.0.0.1:${port}`;
  expect(await run(origin, { ...OPEN, ...trusting() })).toBe('there');
  expect(await run(origin, OPEN)).toMatch(/CERT|VERIFY/);
});

it('and so it is inside of a tunnel of the egress proxy', async () => {
  const env = { https_proxy: proxy.url };
  expect(await run('https://api.private.example', { ...env, ...trusting() })).toBe('there');
  expect(await run('https://api.private.example', env)).toMatch(/CERT|VERIFY/);
  expect(proxy.tunnels).toEqual(['api.private.example:443', 'api.private.example:443']);
});
