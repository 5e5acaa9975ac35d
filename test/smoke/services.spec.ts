import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRICS, prometheusName } from '#libs/metrics';
import { type ServiceName, type Stack, startStack } from '#libs/testing';

const SERVICES: readonly ServiceName[] = ['server', 'orchestrator', 'jobs', 'runner', 'persist'];
const INTERNAL = SERVICES.filter((service) => service !== 'server');

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ mode: 'split' });
});
afterAll(() => stack.stop());

const scrape = async (service: ServiceName): Promise<{ status: number; text: string }> => {
  const response = await fetch(`${stack.urlOf(service)}/metrics`);
  return { status: response.status, text: await response.text() };
};

describe('metrics', () => {
  const known = new Map(Object.entries(METRICS).map(([name, metric]) => [prometheusName(name, metric), metric.type]));

  it.each(INTERNAL)('%s tells them to whoever reaches its port, and none that is not documented', async (service) => {
    const { status, text } = await scrape(service);
    expect(status).toBe(200);
    const told = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
    expect(told.map(([name]) => name)).toContain('fairlead_process_resident_memory_bytes');
    expect(told.filter(([name, type]) => known.get(name as string) !== type)).toEqual([]);
  });

  it('the server, which the internet reaches, tells nobody while there is no token', async () => {
    const { status, text } = await scrape('server');
    expect(status).toBe(404);
    expect(text).toContain('FAIRLEAD_METRICS_TOKEN');
  });

  it('one orchestrator tells of the whole installation', async () => {
    const { text } = await scrape('orchestrator');
    expect(text).toContain('fairlead_executions_waiting{kind="sync"} 0');
    expect(text).toContain('fairlead_workers_alive{kind="jobs"} 1');
    expect(text).toContain('fairlead_deliveries_pending 0');
    expect(text).toContain('fairlead_leases_held{lease="metrics"} 1');
    expect(text).not.toContain('fairlead_metrics_failed_total');
  });

  it('each service with a store tells of its connections', async () => {
    expect((await scrape('persist')).text).toContain(
      'fairlead_database_connections_max{service="fairlead-persist",store="records"} 20',
    );
    expect((await scrape('jobs')).text).toContain(
      'fairlead_database_connections_max{service="fairlead-jobs",store="control-plane"} 20',
    );
    expect((await scrape('runner')).text).not.toContain('fairlead_database_connections');
  });
});

it.each(SERVICES)('%s ends in order when it is told to', async (service) => {
  expect(await stack.kill(service, 'SIGTERM')).toEqual({ code: 0, signal: null });
});
