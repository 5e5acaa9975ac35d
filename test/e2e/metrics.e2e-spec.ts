import { startUpstream, type Upstream } from '#libs/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Api, connect, expectStatus, of } from './support/api.js';
import { deploy } from './support/functions.js';

/** Metrics of the service that knows the whole installation, with the token of the shared stack (docs/metrics.md). */
const stack = inject('stack');
const CONNECTION = of('measured', 'measured-connection');
let api: Api;
let upstream: Upstream;

const scrape = (authorization?: string) =>
  fetch(`${stack.boardUrl}/metrics`, authorization === undefined ? {} : { headers: { authorization } });
const metrics = async (): Promise<string> => (await scrape(`Bearer ${inject('metricsToken')}`)).text();
const valueOf = async (series: string): Promise<number | undefined> => {
  const line = (await metrics()).split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
};

beforeAll(async () => {
  api = new Api(stack);
  upstream = await startUpstream();
  await connect(api, 'measured', upstream.url);
  await deploy(api, 'measured', [
    {
      type: 'sync',
      name: 'measured',
      models: ['Measured'],
      autoStart: true,
      exec: `await nango.batchSave([{ id: '1' }], 'Measured');`,
    },
  ]);
});
afterAll(() => upstream.close());

describe('GET /metrics', () => {
  it.each([undefined, 'Bearer wrong', 'Basic dG9rZW46', `Bearer ${stack.secretKey}`])('refuses %s', async (authorization) => {
    const reply = await scrape(authorization);
    expect(reply.status).toBe(401);
    expect(reply.headers.get('www-authenticate')).toContain('Bearer');
    expect(await reply.text()).not.toContain('fairlead_');
  });

  it('answers in the text format of Prometheus', async () => {
    const reply = await scrape(`Bearer ${inject('metricsToken')}`);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    for (const line of (await reply.text()).trim().split('\n')) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) fairlead_\w+ .+|fairlead_\w+(\{(\w+="[^"]*",?)*\})? ([-+]?[\d.]+(e[-+]?\d+)?|\+Inf)|)$/,
      );
    }
  });

  it('tells how late the runs of schedules were', async () => {
    await expect.poll(() => valueOf('fairlead_schedules_lateness_seconds_count'), { timeout: 30_000 }).toBeGreaterThan(0);
    await expectStatus(api.get('/records?model=Measured', { headers: CONNECTION }), 200);
  });

  it('holds no secret and no name of a customer', async () => {
    const text = await metrics();
    for (const secret of [stack.secretKey, 'measured-connection', 'secret-of-measured', upstream.url])
      expect(text).not.toContain(secret);
  });
});
