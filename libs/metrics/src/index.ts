/** What Fairlead counts and measures (spec: the engine's metrics for operators). */
export { type Alert, ALERTS } from './alerts.js';
export { type Labels, type Metric, type MetricName, METRICS } from './catalogue.js';
export { nameWithUnit, prometheusName } from './domain/prometheus-name.js';
export { counter, gauges, histogram, measureWith, type Report } from './instruments.js';
