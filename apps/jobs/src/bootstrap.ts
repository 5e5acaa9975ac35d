import { type RunningApp, startService } from '#libs/http';
import { loadConfig } from '#libs/kernel';
import { AppModule } from './app.module.js';
import { jobsConfig } from './jobs.config.js';

const BODY_LIMIT_BYTES = 1024 * 1024;

/** Starts jobs: takes admitted work, has it run, settles the outcome. @throws ConfigError naming every wrong variable */
export async function bootstrap(env: NodeJS.ProcessEnv): Promise<RunningApp> {
  const config = loadConfig(jobsConfig, env);
  return startService('jobs', config, (more) => AppModule.forRoot(config, more), {
    port: config.NANGO_JOBS_PORT,
    bodyLimitBytes: BODY_LIMIT_BYTES,
  });
}
