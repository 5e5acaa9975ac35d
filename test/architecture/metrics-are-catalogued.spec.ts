import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ALERTS, METRICS, prometheusName } from '#libs/metrics';

/** What is measured is documented, and what is documented is measured (docs/metrics.md is made from the catalogue). */
const MAKES = /\.(create(Observable)?(Counter|UpDownCounter|Gauge|Histogram)|getMeter)\(/;
const isShipped = (file: string) => !/(spec\.ts|\/test-[^/]+\.ts)$/.test(file) && !file.startsWith('libs/metrics/');
const sources = globSync('{apps,libs}/*/src/**/*.ts')
  .filter(isShipped)
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }));

it('nobody makes instruments but the lib that has the catalogue', () => {
  expect("meter.createCounter('x')").toMatch(MAKES);
  expect(sources.filter(({ text }) => MAKES.test(text)).map(({ file }) => file)).toEqual([]);
});

// A metric may be told by the lib itself.
const OWN = new Set(['fairlead.metrics.failed']);

it.each(Object.keys(METRICS).filter((name) => !OWN.has(name)))('%s is reported by somebody', (name) => {
  expect(sources.filter(({ text }) => text.includes(`'${name}'`)).map(({ file }) => file)).not.toEqual([]);
});

it('the document has every metric and every alert', () => {
  const document = readFileSync('docs/metrics.md', 'utf8');
  const names = [
    ...Object.entries(METRICS).map(([name, metric]) => prometheusName(name, metric)),
    ...ALERTS.map(({ name }) => name),
  ];
  expect(names.filter((name) => !document.includes(`| \`${name}\` |`))).toEqual([]);
});
