import { type Meter, metrics, type MeterProvider, type Observable } from '@opentelemetry/api';
import { type Labels, type Metric, METRICS, type MetricName, type NameOf } from './catalogue.js';

/** Tells one value of a metric that is looked up. */
export type Report<Names extends MetricName> = <Name extends Names>(name: Name, labels: Labels<Name>, value: number) => void;

/** Beside the process's own provider, which the SDK sets where metrics are pushed: the one that is scraped. */
const others = new Set<MeterProvider>();
const providers = (): MeterProvider[] => [metrics.getMeterProvider(), ...others];

/** Instruments belong to a provider, which may be there only after a file was loaded. */
const made = new WeakMap<MeterProvider, Map<MetricName, unknown>>();

/** What is counted and looked up from now on is told to this provider too. @returns what ends it */
export function measureWith(provider: MeterProvider): () => void {
  others.add(provider);
  return () => void others.delete(provider);
}

const meterOf = (provider: MeterProvider): Meter => provider.getMeter('fairlead');
const described = ({ text, unit }: Metric) => ({ description: text, ...(unit ? { unit } : {}) });

function instrument<Made>(provider: MeterProvider, name: MetricName, make: (meter: Meter, metric: Metric) => Made): Made {
  let known = made.get(provider);
  if (!known) made.set(provider, (known = new Map()));
  if (!known.has(name)) known.set(name, make(meterOf(provider), METRICS[name]));
  return known.get(name) as Made;
}

/** Counts what happens. Costs next to nothing while nobody measures. */
export const counter = <Name extends NameOf<'counter'>>(name: Name) => ({
  add(labels: Labels<Name>, value = 1): void {
    if (value <= 0) return;
    for (const provider of providers()) {
      instrument(provider, name, (meter, metric) => meter.createCounter(name, described(metric))).add(value, labels);
    }
  },
});

/** Counts how long things take. */
export const histogram = <Name extends NameOf<'histogram'>>(name: Name) => ({
  /** A clock that was set back is no reason for a negative time. */
  record(labels: Labels<Name>, seconds: number): void {
    for (const provider of providers()) {
      instrument(provider, name, (meter, metric) => {
        const { buckets } = metric as Extract<Metric, { type: 'histogram' }>;
        return meter.createHistogram(name, { ...described(metric), advice: { explicitBucketBoundaries: [...buckets] } });
      }).record(Math.max(0, seconds), labels);
    }
  },
});

/**
 * Looks values up when somebody asks for them. What is not reported then is not in the answer. Where they cannot be looked up that is
 * counted, under `source`.
 * @returns what ends it
 */
export function gauges<Names extends MetricName>(
  source: string,
  names: readonly Names[],
  look: (report: Report<Names>) => Promise<void> | void,
): () => void {
  const ends = providers().map((provider) => gaugesOf(provider, source, names, look));
  return () => {
    for (const end of ends) end();
  };
}

function gaugesOf<Names extends MetricName>(
  provider: MeterProvider,
  source: string,
  names: readonly Names[],
  look: (report: Report<Names>) => Promise<void> | void,
): () => void {
  const meter = meterOf(provider);
  const instruments = new Map<MetricName, Observable>(names.map((name) => [name, observable(provider, name)]));
  const all = [...instruments.values()];
  const callback: Parameters<Meter['addBatchObservableCallback']>[0] = async (result) => {
    try {
      await look((name, labels, value) => result.observe(instruments.get(name) as Observable, value, labels));
    } catch {
      failed.add({ source });
    }
  };
  meter.addBatchObservableCallback(callback, all);
  return () => meter.removeBatchObservableCallback(callback, all);
}

const observable = (provider: MeterProvider, name: MetricName): Observable =>
  instrument(provider, name, (meter, metric) =>
    metric.type === 'counter'
      ? meter.createObservableCounter(name, described(metric))
      : meter.createObservableGauge(name, described(metric)),
  );

const failed = counter('fairlead.metrics.failed');
