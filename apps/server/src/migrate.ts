import 'reflect-metadata';
import { ConfigError, messageOf } from '#libs/kernel';
import { migrateAll } from '#libs/migrate';

/** The migration step as a process of its own: run it once before a release starts (a Helm hook, or by hand). */
try {
  await migrateAll(process.env);
  process.stdout.write('the databases are up to date\n');
} catch (error) {
  process.stderr.write(`migrate: ${error instanceof ConfigError ? error.message : messageOf(error)}\n`);
  process.exitCode = 1;
}
