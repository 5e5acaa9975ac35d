import { metrics } from '@opentelemetry/api';

/** What the governor does, counted on the process's OpenTelemetry meter; without one, nowhere. */
export class GovernorMetrics {
  readonly #meter = metrics.getMeter('fairlead.rate-governor');
  readonly #admitted = this.#meter.createCounter('fairlead.rate_governor.admitted', {
    description: 'Calls under a watched limit whose turn came',
  });
  readonly #waited = this.#meter.createHistogram('fairlead.rate_governor.waited', {
    description: 'How long admitted calls waited for their turn',
    unit: 'ms',
  });
  readonly #refused = this.#meter.createCounter('fairlead.rate_governor.refused', {
    description: 'Calls refused with rate_limited',
  });
  readonly #degraded = this.#meter.createCounter('fairlead.rate_governor.degraded', {
    description: 'Calls under a watched limit that went unasked because nobody could be asked in time',
  });

  admitted(waitedMs: number): void {
    this.#admitted.add(1);
    this.#waited.record(waitedMs);
  }

  refused(): void {
    this.#refused.add(1);
  }

  degraded(calls: number): void {
    if (calls > 0) this.#degraded.add(calls);
  }
}
