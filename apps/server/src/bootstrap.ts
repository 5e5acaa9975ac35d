import { type RunningApp, startService } from '#libs/http';
import { loadConfig } from '#libs/kernel';
import { AppModule } from './app.module.js';
import { registerHttpEdge } from './http-edge.js';
import { serveOpenApi } from './openapi.js';
import { serverConfig } from './server.config.js';

/** Starts the public API. @throws ConfigError naming every wrong variable */
export async function bootstrap(env: NodeJS.ProcessEnv): Promise<RunningApp> {
  const config = loadConfig(serverConfig, env);
  return startService('server', config, (more) => AppModule.forRoot(config, more), {
    port: config.SERVER_PORT,
    bodyLimitBytes: config.NANGO_SERVER_PUBLIC_BODY_LIMIT,
    streamedPrefixes: ['/proxy'],
    configure: (app) => {
      registerHttpEdge(app);
      serveOpenApi(app, config.NANGO_SERVER_URL);
    },
  });
}
