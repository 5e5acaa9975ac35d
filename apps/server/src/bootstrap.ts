import { type RunningApp, startService } from '#libs/http';
import { loadConfig } from '#libs/kernel';
import { AppModule } from './app.module.js';
import { type ConnectUiServer, startConnectUi } from './connect-ui/connect-ui.server.js';
import { registerTelemetryCors } from './connect/telemetry-cors.js';
import { registerHttpEdge } from './http-edge.js';
import { serveOpenApi } from './openapi.js';
import { ProxyRoute } from './proxy/proxy.route.js';
import { type ServerConfig, serverConfig } from './server.config.js';

/** Starts the public API, and beside it the Connect UI. @throws ConfigError naming every wrong variable */
export async function bootstrap(env: NodeJS.ProcessEnv): Promise<RunningApp> {
  const config = loadConfig(serverConfig, env);
  const connectUi = await serveConnectUi(config);
  try {
    const api = await startApi(config);
    return { ...api, close: () => api.close().then(() => connectUi?.close()) };
  } catch (error) {
    await connectUi?.close();
    throw error;
  }
}

const startApi = (config: ServerConfig): Promise<RunningApp> =>
  startService('server', config, (more) => AppModule.forRoot(config, more), {
    port: config.SERVER_PORT,
    bodyLimitBytes: config.NANGO_SERVER_PUBLIC_BODY_LIMIT,
    streamedPrefixes: ['/proxy'],
    front: (app) => app.get(ProxyRoute),
    configure: (app) => {
      registerTelemetryCors(app, config.NANGO_PUBLIC_CONNECT_URL);
      registerHttpEdge(app);
      serveOpenApi(app, config.NANGO_SERVER_URL);
    },
  });

async function serveConnectUi(config: ServerConfig): Promise<ConnectUiServer | undefined> {
  if (!config.FLAG_SERVE_CONNECT_UI) return undefined;
  return startConnectUi({
    host: config.FAIRLEAD_HOST,
    port: config.NANGO_CONNECT_UI_PORT,
    apiUrl: config.NANGO_SERVER_URL,
  });
}
