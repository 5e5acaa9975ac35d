import { type RunningApp, startService } from '#libs/http';
import { loadConfig } from '#libs/kernel';
import { AppModule } from './app.module.js';
import { persistConfig } from './persist.config.js';

/** A batch of records may be large (spec/functions.md §4.2). */
const BODY_LIMIT_BYTES = 100 * 1024 * 1024;

/** Starts persist, the runner's only way to write. @throws ConfigError naming every wrong variable */
export async function bootstrap(env: NodeJS.ProcessEnv): Promise<RunningApp> {
  const config = loadConfig(persistConfig, env);
  return startService('persist', config, (more) => AppModule.forRoot(config, more), {
    port: config.NANGO_PERSIST_PORT,
    bodyLimitBytes: BODY_LIMIT_BYTES,
  });
}
