import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/**
 * A transaction-mode pooler may stand before Postgres (docs/runbooks/pooler.md): between two transactions a connection goes to somebody
 * else. What lives as long as a session is lost then, or worse, is somebody else's.
 */
const FORBIDDEN: readonly { readonly name: string; readonly pattern: RegExp; readonly example: string }[] = [
  {
    name: 'advisory locks of a session',
    pattern: /\bpg_(try_)?advisory_(lock|unlock)/i,
    example: 'SELECT pg_advisory_lock(1)',
  },
  { name: 'LISTEN and NOTIFY', pattern: /['"`](UN)?LISTEN\s+\w|\bpg_notify\(|['"`]NOTIFY\s+\w/, example: '`LISTEN changes`' },
  {
    name: 'settings of a session',
    pattern: /['"`]\s*SET\s+(?!LOCAL\b|CONSTRAINTS\b)(SESSION\s+)?[a-z_.]+\s*(=|TO\b)|['"`]\s*RESET\s+\w/i,
    example: "'SET search_path TO records'",
  },
  {
    name: 'set_config for a session',
    pattern: /\bset_config\([^)]*,\s*false\s*\)/i,
    example: "set_config('a.b', $1, false)",
  },
  { name: 'prepared statements', pattern: /['"`]\s*(PREPARE|DEALLOCATE)\s+\w/, example: "'PREPARE one AS SELECT 1'" },
  { name: 'named statements', pattern: /\.query(<[^(]*>)?\(\s*\{\s*name\s*:/, example: "client.query({ name: 'one', text })" },
  {
    name: 'temporary tables that outlive a transaction',
    pattern: /CREATE\s+TEMP(ORARY)?\s+(?![^`'"]*ON COMMIT DROP)/i,
    example: '`CREATE TEMPORARY TABLE t (LIKE u)`',
  },
  { name: 'cursors that outlive a transaction', pattern: /\bWITH HOLD\b/, example: '`DECLARE c CURSOR WITH HOLD FOR SELECT 1`' },
  { name: 'options of a session at its start', pattern: /[?&]options=|['"`]-c \w+=/, example: "'postgres://h/d?options=x'" },
];

const isShipped = (file: string) => !/(spec\.ts|\/test-[^/]+\.ts)$/.test(file) && !/^libs\/(testing|embedded)\//.test(file);
const sources = globSync('{apps,libs}/*/src/**/*.ts')
  .filter(isShipped)
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }));

describe('what is kept in a session of Postgres', () => {
  it('is looked for in every file that ships', () => {
    expect(sources.some(({ file }) => file === 'libs/database/src/bulk-load.ts')).toBe(true);
    expect(sources.some(({ file }) => file.startsWith('libs/records/src/migrations/'))).toBe(true);
  });

  it.each(FORBIDDEN)('$name: would be found', ({ pattern, example }) => {
    expect(example).toMatch(pattern);
  });

  it.each(FORBIDDEN)('$name: nowhere', ({ pattern }) => {
    expect(sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file)).toEqual([]);
  });
});
