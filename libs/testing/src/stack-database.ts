import { createDatabase, type OwnDatabase } from './databases.js';
import { startPooler } from './pooler.js';

/** The database of one stack, with or without a pooler before it. */
export interface StackDatabase extends OwnDatabase {
  /** Where its services reach it; tests look past the pooler. */
  readonly servicesUrl: string;
  /** Console of the pooler, if there is one. */
  readonly poolerUrl: string | undefined;
}

/** Makes a database. @param program of PgBouncer, to be put between the services and Postgres */
export async function stackDatabase(serverUrl: string, program: string | undefined): Promise<StackDatabase> {
  const database = await createDatabase(serverUrl);
  if (program === undefined) return { ...database, servicesUrl: database.url, poolerUrl: undefined };
  const pooler = await startPooler(program, database.url).catch(async (error: unknown) => {
    await database.drop();
    throw error;
  });
  return {
    ...database,
    servicesUrl: pooler.url,
    poolerUrl: pooler.consoleUrl,
    async drop() {
      await pooler.stop();
      await database.drop();
    },
  };
}
