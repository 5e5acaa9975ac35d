import { type RunningApp, startService } from '#libs/http';
import { loadConfig } from '#libs/kernel';
import { AppModule } from './app.module.js';
import { runnerConfig } from './runner.config.js';

/** Its routes take no bodies; orders come on WebSockets. */
const BODY_LIMIT_BYTES = 1024 ** 2;

/** Starts the runner. @throws ConfigError naming every wrong variable */
export async function bootstrap(env: NodeJS.ProcessEnv): Promise<RunningApp> {
  const config = loadConfig(runnerConfig, env);
  return startService('runner', config, (more) => AppModule.forRoot(config, more), {
    port: config.NANGO_RUNNER_PORT,
    bodyLimitBytes: BODY_LIMIT_BYTES,
  });
}
