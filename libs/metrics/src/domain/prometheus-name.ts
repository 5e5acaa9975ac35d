import type { Metric } from '../catalogue.js';

const UNITS: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes', ms: 'milliseconds' };

/** The name of a metric as OpenTelemetry's specification has it for Prometheus, without what a counter or histogram adds. */
export function nameWithUnit(name: string, unit: string): string {
  const plain = name.replaceAll('.', '_');
  const word = UNITS[unit];
  return word === undefined || plain.endsWith(`_${word}`) ? plain : `${plain}_${word}`;
}

/** The name of a metric in a query. A histogram has `_bucket`, `_sum` and `_count` after it. */
export const prometheusName = (name: string, { type, unit }: Pick<Metric, 'type' | 'unit'>): string =>
  nameWithUnit(name, unit ?? '') + (type === 'counter' ? '_total' : '');
