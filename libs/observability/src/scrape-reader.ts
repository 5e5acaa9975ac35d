import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { AggregationTemporality, InstrumentType, type MetricData, MetricReader } from '@opentelemetry/sdk-metrics';
import { nameWithUnit } from '#libs/metrics';

/** Reads all metrics of the process when somebody asks, as the text that Prometheus reads. */
export class ScrapeReader extends MetricReader {
  readonly #serializer = new PrometheusSerializer(undefined, false, undefined, true, true);

  constructor() {
    super({
      // What is looked up is what is true now: of a series that is not reported any more the SDK would go on to tell the last value.
      aggregationTemporalitySelector: (type) =>
        type === InstrumentType.OBSERVABLE_GAUGE ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
    });
  }

  async text(): Promise<string> {
    const { resourceMetrics } = await this.collect();
    const scopeMetrics = resourceMetrics.scopeMetrics.map((scope) => ({ ...scope, metrics: scope.metrics.map(named) }));
    return this.#serializer.serialize({ ...resourceMetrics, scopeMetrics });
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** With its unit in its name, as Prometheus wants it, instead of beside it. */
function named(metric: MetricData): MetricData {
  const { name, unit } = metric.descriptor;
  return { ...metric, descriptor: { ...metric.descriptor, name: nameWithUnit(name, unit), unit: '' } };
}
