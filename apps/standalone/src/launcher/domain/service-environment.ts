import type { StackSecrets } from '#libs/embedded';

export interface Surroundings {
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  readonly port: number;
  /** Of the Connect UI. */
  readonly connectPort: number;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly secrets: StackSecrets;
}

/**
 * The environment of the services: what the operator set always wins, what is missing comes from the stack's own stores and secrets.
 * A variable given by file (`NAME_FILE`) is set.
 */
export function serviceEnvironment(given: NodeJS.ProcessEnv, around: Surroundings): NodeJS.ProcessEnv {
  const { postgresPassword: _postgres, redisPassword: _redis, ...secrets } = around.secrets;
  const env: NodeJS.ProcessEnv = {
    ...given,
    FAIRLEAD_DATA_DIR: around.dataDir,
    SERVER_PORT: String(around.port),
    NANGO_CONNECT_UI_PORT: String(around.connectPort),
  };
  const fallbacks = {
    ...secrets,
    NANGO_DATABASE_URL: around.databaseUrl,
    RECORDS_DATABASE_URL: around.databaseUrl,
    NANGO_REDIS_URL: around.redisUrl,
    FAIRLEAD_OBJECTS_PATH: `${around.dataDir}/objects`,
    NANGO_SERVER_URL: `http://localhost:${around.port}`,
    NANGO_PUBLIC_CONNECT_URL: `http://localhost:${around.connectPort}`,
  };
  for (const [name, value] of Object.entries(fallbacks)) {
    const instead = INSTEAD_OF[name];
    if (!isGiven(given, name) && !(instead && isGiven(given, instead))) env[name] = value;
  }
  return env;
}

/** A variable that leaves no place for the stack's own value of another. */
const INSTEAD_OF: Readonly<Record<string, string>> = { NANGO_ENCRYPTION_KEY: 'NANGO_ENCRYPTION_KEY_WRAPPED' };

/** Whether the operator set a variable, directly or by file; empty counts as unset. */
export const isGiven = (env: NodeJS.ProcessEnv, name: string): boolean => Boolean(env[name] || env[`${name}_FILE`]);
