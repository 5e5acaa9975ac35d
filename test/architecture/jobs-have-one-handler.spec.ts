import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { JOBS, QUEUES } from '#libs/contracts';

/** The boot check refuses the same at run time; this names it before anything starts. */
const sources = globSync('apps/*/src/**/*.ts').map((file) => readFileSync(file, 'utf8'));
const handlers = Array.from(sources.join('\n').matchAll(/@HandlesJob\('([^']+)'\)/g), (match) => match[1] ?? '');

it.each(Object.keys(JOBS))('%s has exactly one handler', (job) => {
  expect(handlers.filter((handled) => handled === job)).toHaveLength(1);
});

it('every handler is of a job in the catalogue', () => {
  expect(handlers.filter((handled) => !Object.hasOwn(JOBS, handled))).toEqual([]);
});

it('every queue carries a job', () => {
  const used = new Set(Object.values(JOBS).map(({ queue }) => queue));
  expect(QUEUES.filter((queue) => !used.has(queue))).toEqual([]);
});
