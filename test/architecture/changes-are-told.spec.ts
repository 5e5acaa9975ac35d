import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/**
 * Services remember rows of these tables until they hear that one has changed (docs/adr/0015). Whoever writes to them tells, after the
 * commit, or says here why nobody needs to know.
 */
const REMEMBERED = ['api_keys', 'environments', 'integrations', 'connections', 'functions'];

type Writer = {
  /** Statements that write, so that one more is looked at. */
  readonly writes: number;
} & (
  | { /** The file itself says what changed. */ readonly tells: RegExp }
  | {
      /** A repository. Those who write through it say so; the others that have it do not write. */
      readonly toldBy: readonly string[];
      readonly notBy: readonly string[];
    }
  | { readonly silent: string }
);

const LEASES = /\bleases\.(changed|integrationChanged)\(/;
const TOLD: Readonly<Record<string, RegExp>> = {
  'keeper-main.ts': /works\.announce\(/,
  'functions.service.ts': /changes\.publish\('function'/,
};

const WRITERS: Readonly<Record<string, Writer>> = {
  'libs/accounts/src/environment-policies.service.ts': { writes: 1, tells: /changes\.publish\('environment'/ },
  'libs/accounts/src/environment-settings.service.ts': { writes: 5, tells: /changes\.publish\('environment'/ },
  'libs/accounts/src/provisioning.ts': { writes: 2, tells: /changed\.push\(.*tagOf\('environment'/ },
  'libs/credentials/src/connection-configs.service.ts': { writes: 1, tells: LEASES },
  'libs/credentials/src/connection-validations.repository.ts': { writes: 5, toldBy: ['connection-announcements.ts'], notBy: [] },
  'libs/credentials/src/connections.repository.ts': {
    writes: 7,
    toldBy: ['connection-saves.ts', 'connections.service.ts', 'integrations.service.ts'],
    notBy: ['last-fetched.ts'],
  },
  'libs/credentials/src/integrations.repository.ts': {
    writes: 3,
    toldBy: ['integrations.service.ts'],
    notBy: ['connection-import.ts', 'connection-reads.repository.ts', 'connection-saves.ts', 'keeper-main.ts'],
  },
  // Where there is no keeper the refresher tells what became of an order; where there is one it does too.
  'libs/credentials/src/refresh/refresh-rows.repository.ts': { writes: 1, toldBy: ['keeper-main.ts'], notBy: [] },
  'libs/credentials/src/refresh/refresh-states.repository.ts': { writes: 2, toldBy: ['refresh-reports.ts'], notBy: [] },
  'libs/credentials/src/upkeep/connection-upkeep.repository.ts': {
    writes: 4,
    silent: 'dates of the sweep, which nobody remembers, and what was deleted long ago',
  },
  'libs/database/src/bulk-load.ts': { writes: 1, silent: 'loads the operation log, which nobody remembers' },
  'libs/functions/src/functions.repository.ts': { writes: 6, toldBy: ['functions.service.ts'], notBy: [] },
  'libs/key-rotation/src/domain/column-sql.ts': { writes: 1, silent: 'the same values, sealed with another key' },
};

const isShipped = (file: string) => !/(spec\.ts|\/test-[^/]+\.ts|\/migrations\/.*)$/.test(file);
const sources = new Map(
  globSync('{apps,libs}/*/src/**/*.ts')
    .filter(isShipped)
    .map((file) => [file, readFileSync(file, 'utf8')]),
);

/** Statements that write to a remembered table, or to one that only the program knows. */
const WRITE = new RegExp(
  String.raw`\b(?:UPDATE|INSERT\s+INTO|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?"?(?:(?:${REMEMBERED.join('|')})\b|\$\{)`,
  'gi',
);
const writesOf = (source: string): number => Array.from(source.matchAll(WRITE)).length;

function importersOf(repository: string): [file: string, source: string][] {
  const imported = new RegExp(String.raw`import (?!type)[^;]*/${repository.split('/').at(-1)?.replace(/\.ts$/, '')}\.js'`);
  return [...sources].filter(([file, source]) => imported.test(source) && !file.endsWith('.module.ts'));
}

it('knows a write when it sees one', () => {
  for (const sql of [
    'UPDATE connections c SET',
    'DELETE FROM\n  api_keys',
    'insert into integrations (',
    'UPDATE ${table} SET',
  ]) {
    expect([sql, writesOf(sql)]).toEqual([sql, 1]);
  }
  for (const sql of [
    'SELECT 1 FROM connections FOR UPDATE',
    'DELETE FROM connection_errors',
    'UPDATE environment_variables SET',
  ]) {
    expect([sql, writesOf(sql)]).toEqual([sql, 0]);
  }
});

it('every statement that writes to a remembered table is known', () => {
  const writing = [...sources].map(([file, source]) => [file, writesOf(source)] as const).filter(([, writes]) => writes > 0);
  expect(Object.fromEntries(writing)).toEqual(
    Object.fromEntries(Object.entries(WRITERS).map(([file, { writes }]) => [file, writes])),
  );
});

const toldIn = Object.entries(WRITERS).flatMap(([file, writer]) => ('tells' in writer ? [[file, writer.tells] as const] : []));
it.each(toldIn)('%s tells what it changes', (file, tells) => {
  expect(sources.get(file)).toMatch(tells);
});

const repositories = Object.entries(WRITERS).flatMap(([file, writer]) => ('toldBy' in writer ? [[file, writer] as const] : []));
it.each(repositories)('those who write through %s tell it', (file, { toldBy, notBy }) => {
  const importers = new Map(importersOf(file).map(([name, source]) => [name.split('/').at(-1) ?? name, source]));
  expect([...importers.keys()].toSorted()).toEqual([...toldBy, ...notBy].toSorted());
  for (const name of toldBy) expect(importers.get(name)).toMatch(TOLD[name] ?? LEASES);
});
