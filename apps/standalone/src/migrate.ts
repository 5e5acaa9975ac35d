import { saysDamaged } from '#libs/embedded';
import { codeOf, ConfigError, messageOf } from '#libs/kernel';
import { migrateAll } from '#libs/migrate';

/** Errors of reaching a database: of the network, of authentication, of a database that is not there. */
const UNREACHABLE = /^(E[A-Z]+|08\d{3}|28\d{3}|3D000|57P0[1-3])$/;

/**
 * Brings the databases up to date.
 * @param folder the data folder, named where the database itself is damaged
 * @throws ConfigError in one sentence when a database cannot be reached or is damaged
 */
export async function migrate(env: NodeJS.ProcessEnv, folder: string): Promise<void> {
  try {
    await migrateAll(env);
  } catch (error) {
    const code = codeOf(error);
    if (saysDamaged(code)) {
      throw new ConfigError(
        `the database is damaged (${messageOf(error)}): restore it from a backup, or, if it is the embedded one, remove ${folder} to start anew`,
      );
    }
    if (code !== undefined && UNREACHABLE.test(code)) {
      throw new ConfigError(
        `the database cannot be used (${messageOf(error) || code}): check NANGO_DATABASE_URL and RECORDS_DATABASE_URL`,
      );
    }
    throw error;
  }
}
