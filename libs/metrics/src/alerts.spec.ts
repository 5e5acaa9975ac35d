import { describe, expect, it } from 'vitest';
import { ALERTS } from './alerts.js';
import { METRICS } from './catalogue.js';
import { prometheusName } from './domain/prometheus-name.js';

const series = new Map(
  Object.entries(METRICS).flatMap(([name, metric]) => {
    const plain = prometheusName(name, metric);
    const names = metric.type === 'histogram' ? [`${plain}_bucket`, `${plain}_sum`, `${plain}_count`] : [plain];
    return names.map((one) => [one, metric.labels as readonly string[]] as const);
  }),
);

describe.each(ALERTS.map((alert) => [alert.name, alert] as const))('%s', (_name, { query, look }) => {
  const named = [...query.matchAll(/\b(fairlead_\w+)(?:\{([^}]*)\})?/g)];

  it('asks for metrics that exist, by labels they have', () => {
    expect(named.length).toBeGreaterThan(0);
    for (const [, name = '', labels = ''] of named) {
      expect([...series.keys()]).toContain(name);
      const asked = [...labels.matchAll(/(\w+)\s*=/g)].map(([, label]) => label);
      expect(asked.filter((label) => !series.get(name)?.includes(label as string))).toEqual([]);
    }
  });

  it('points at metrics that exist', () => {
    const pointed = [...look.matchAll(/`(fairlead_\w+)/g)].map(([, name]) => name);
    expect(pointed.filter((name) => !series.has(name as string))).toEqual([]);
  });
});

it('has a name of its own for each', () => {
  expect(new Set(ALERTS.map(({ name }) => name)).size).toBe(ALERTS.length);
});
