import { at } from '../setup/place.mjs';

/** `docs/metrics.md`: every metric and what to alert on, from the catalogue. */
export default async function metrics() {
  const { ALERTS, METRICS, prometheusName } = await import(at('dist/libs/metrics/src/index.js'));
  const rows = Object.entries(METRICS).map(
    ([name, metric]) =>
      `| \`${prometheusName(name, metric)}\` | ${metric.type} | ${UNITS[metric.unit] ?? ''} | ${labelsOf(metric)} | ${metric.from} | ${metric.text} |`,
  );
  return { 'docs/metrics.md': document(rows, ALERTS.map(alertOf), ALERTS.map(ruleOf)) };
}

const UNITS = { s: 'seconds', By: 'bytes' };
const labelsOf = ({ labels }) => labels.map((label) => `\`${label}\``).join(', ');
const escaped = (text) => text.replaceAll('|', '\\|');
const alertOf = ({ name, query, for: time, severity, means, look }) =>
  `| \`${name}\` | ${severity} | \`${escaped(query)}\` for ${time} | ${means} | ${escaped(look)} |`;
const ruleOf = ({ name, query, for: time, severity, means }) => `      - alert: ${name}
        expr: ${JSON.stringify(query)}
        for: ${time}
        labels: { severity: ${severity} }
        annotations: { summary: ${JSON.stringify(means)} }`;

const document = (rows, alerts, rules) => `# Metrics

Made by \`npm run gen\` from \`libs/metrics/src/catalogue.ts\` and \`libs/metrics/src/alerts.ts\`.

## Where they are

Each service answers \`GET /metrics\` on its port in the text format of Prometheus: ${PORTS}. \`FAIRLEAD_METRICS=false\` turns that off, and what it costs
(some 20 MB a process). With \`FAIRLEAD_METRICS_TOKEN\` every service wants it as a Bearer token; without one the server refuses, since the internet reaches its port, and the
internal services answer whoever reaches them. Where all services are one process (\`npm start\`) metrics are kept only where there is a token; the server answers for all of
them but the runner.

With \`OTEL_EXPORTER_OTLP_ENDPOINT\` the same metrics are pushed there as well, under their names with dots and without the unit (\`fairlead.executions.waiting\`).
Set \`OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta\` then: otherwise a process goes on to push the last value of a gauge that it does not report any more,
such as those of an orchestrator that no longer tells of the installation, and sums are doubled.

\`\`\`yaml
scrape_configs:
  - job_name: fairlead
    authorization: { credentials_file: /etc/prometheus/fairlead-token }
    static_configs:
      - targets: ['server:3003', 'orchestrator:3008', 'jobs:3005', 'persist:3007', 'runner:3006']
\`\`\`

## How to add them up

- **by \`leader\`**: true of the whole installation, and told by one orchestrator at a time, the one that holds the lease \`metrics\`; the others leave them out. \`sum\` and \`max\` over
  all replicas are right. When that replica dies they are missing for up to two minutes. Scrape more often than that.
- **by all others**: what that process did (counters, histograms) or holds (gauges). Add counters up over the replicas.
- Nothing is looked up while nobody asks, and scrapers that ask within 5 seconds share one look: the lease, three bounded SQL statements, and lengths that Redis keeps. None grows with the backlog. While Redis or Postgres is away the \`leader\`'s values are missing and \`fairlead_metrics_failed_total\` counts.
- Labels have few values. \`environment\` is the id of one of the busiest environments (as many as \`FAIRLEAD_METRICS_ENVIRONMENTS\` says) of its kind at that moment; connections and functions are never labels.
- \`kind\` is action, action-async, sync or on-event.

## All of them

A histogram has \`_bucket\`, \`_sum\` and \`_count\` after its name.

| name | type | unit | labels | by | what it is |
|---|---|---|---|---|---|
${rows.join('\n')}

## What to alert on

\`page\`: somebody must look now. \`ticket\`: somebody must look today.

| alert | severity | when | what it means | where to look |
|---|---|---|---|---|
${alerts.join('\n')}

The same as rules of Prometheus:

\`\`\`yaml
groups:
  - name: fairlead
    rules:
${rules.join('\n')}
\`\`\`
`;

const PORTS = 'server 3003, orchestrator 3008, jobs 3005, persist 3007, runner 3006';
