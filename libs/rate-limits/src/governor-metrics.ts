import { counter, histogram } from '#libs/metrics';

const admitted = counter('fairlead.rate_governor.admitted');
const waited = histogram('fairlead.rate_governor.waited');
const refused = counter('fairlead.rate_governor.refused');
const degraded = counter('fairlead.rate_governor.degraded');

/** What the governor does, counted. */
export class GovernorMetrics {
  admitted(waitedMs: number): void {
    admitted.add({});
    waited.record({}, waitedMs / 1000);
  }

  refused(): void {
    refused.add({});
  }

  degraded(calls: number): void {
    degraded.add({}, calls);
  }
}
