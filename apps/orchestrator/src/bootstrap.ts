import { type RunningApp, startService } from '#libs/http';
import { loadConfig } from '#libs/kernel';
import { AppModule } from './app.module.js';
import { orchestratorConfig } from './orchestrator.config.js';

const BODY_LIMIT_BYTES = 1024 * 1024;

/** Starts the orchestrator: schedules, admission, sweeps and the queue board. @throws ConfigError naming every wrong variable */
export async function bootstrap(env: NodeJS.ProcessEnv): Promise<RunningApp> {
  const config = loadConfig(orchestratorConfig, env);
  return startService('orchestrator', config, (more) => AppModule.forRoot(config, more), {
    port: config.NANGO_ORCHESTRATOR_PORT,
    bodyLimitBytes: BODY_LIMIT_BYTES,
  });
}
