import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Outbound } from './outbound.js';
import { DEFAULTS } from './test-policy.js';

const OPEN = { mode: 'permissive', blockPrivateIps: false } as const;
const server = createServer((request, response) => {
  if (request.url === '/endless') response.write('begun');
  else response.end('there');
});
let origin: string;
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close().closeAllConnections());

describe('the ways out of a process', () => {
  it('are one for all who have no policy of their own, and one for those who say the same', async () => {
    const outbound = new Outbound(DEFAULTS);
    expect(outbound.under(undefined)).toBe(outbound.under(undefined));
    expect(outbound.under({ ...OPEN })).toBe(outbound.under({ blockPrivateIps: false, mode: 'permissive' }));
    expect(outbound.under(OPEN)).not.toBe(outbound.under({ maxRedirects: 1 }));
    await outbound.destroy();
  });

  it('decide and dial by their own policy', async () => {
    const outbound = new Outbound(DEFAULTS);
    const get = (own: typeof OPEN | undefined) => outbound.under(own).dispatcher().request({ origin, path: '/', method: 'GET' });
    expect([outbound.under(undefined).decide(origin).allowed, outbound.under(OPEN).decide(origin).allowed]).toEqual([
      false,
      true,
    ]);
    expect(await (await get(OPEN)).body.text()).toBe('there');
    await expect(get(undefined)).rejects.toThrow('loopback');
    await outbound.destroy();
  });

  it('that give way to others end what runs on them, and are broken off at the end all the same', async () => {
    const outbound = new Outbound(DEFAULTS, { policiesKept: 1 });
    const first = outbound.under(OPEN);
    const ends = await first.dispatcher().request({ origin, path: '/', method: 'GET' });
    const hangs = await first.dispatcher().request({ origin, path: '/endless', method: 'GET' });
    outbound.under({ maxRedirects: 1 });
    expect(await ends.body.text()).toBe('there');
    expect(outbound.under(OPEN)).not.toBe(first);
    const broken = expect(hangs.body.text()).rejects.toThrow();
    await outbound.destroy();
    await broken;
  });
});
