import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileTemplate } from './parse-template.js';
import { fillTemplate, fillUrl, type Scope } from './template.js';

type Names = Readonly<Record<string, string | null>>;

/** A template, what differs from the common scope, and its value or the names it lacks. */
interface Row {
  readonly template: string;
  readonly url?: boolean;
  readonly now?: string;
  readonly names?: Names;
  readonly value?: string;
  readonly missing?: string[];
}

/** Expected values were made by other programs: OpenSSL, and the standard library of Python. */
const { scope, rows } = JSON.parse(readFileSync(new URL('template.golden.json', import.meta.url), 'utf8')) as {
  scope: { now: string; random: string; names: Names };
  rows: Row[];
};

it.each(rows)('$template', ({ template, url, now, names, value, missing }) => {
  const known = new Map(Object.entries({ ...scope.names, ...names }));
  const at: Scope = { lookup: (name) => known.get(name) ?? undefined, now: new Date(now ?? scope.now), random: scope.random };
  const filled = url ? fillUrl(compileTemplate(template), at) : fillTemplate(compileTemplate(template), at);
  expect(filled).toEqual(missing ? { ok: false, missing } : { ok: true, value });
});
