import { measureWith } from '#libs/metrics';
import type { ScrapeReader } from './scrape-reader.js';

let scraped: ScrapeReader | undefined;

/** The metrics of this process in the text format of Prometheus; undefined while they are not to be had (`FAIRLEAD_METRICS`). */
export const metricsText = async (): Promise<string | undefined> => scraped?.text();

/**
 * Makes the process measure itself: from now on its instruments count. The SDK is loaded only here: it costs memory and start time.
 * @returns what ends it
 */
export async function measure(): Promise<() => Promise<void>> {
  const [{ MeterProvider }, { ScrapeReader }, { watchProcess }] = await Promise.all([
    import('@opentelemetry/sdk-metrics'),
    import('./scrape-reader.js'),
    import('./process-metrics.js'),
  ]);
  const reader = new ScrapeReader();
  const provider = new MeterProvider({ readers: [reader] });
  const ends = [measureWith(provider), watchProcess()];
  scraped = reader;
  return async () => {
    scraped = undefined;
    for (const end of ends) end();
    await provider.shutdown();
  };
}
