import { z } from 'zod';
import { accountsEnv } from '#libs/accounts';
import { authEnv } from '#libs/auth';
import { cacheEnv } from '#libs/cache';
import { compilerEnv } from '#libs/compiler';
import { refreshEnv } from '#libs/credentials';
import { cryptoEnv } from '#libs/crypto';
import { databaseEnv } from '#libs/database';
import { deliveriesEnv } from '#libs/deliveries';
import { executionsEnv } from '#libs/executions';
import { httpEnv } from '#libs/http';
import { flag, integer, secretString } from '#libs/kernel';
import { logsEnv } from '#libs/logs';
import { observabilityEnv } from '#libs/observability';
import { providersEnv } from '#libs/providers';
import { proxyEnv } from '#libs/proxy';
import { rateGovernorEnv } from '#libs/rate-governor';
import { recordsEnv, recordsReadEnv } from '#libs/records';
import { storageEnv } from '#libs/storage';
import { connectUiEnv } from './connect-ui/connect-ui.config.js';

/** `75mb`, `10 kb` or plain bytes. */
const size = z
  .string()
  .regex(/^\d+\s*(b|kb|mb|gb)?$/i, 'must be a size such as 75mb')
  .transform(
    (text) => Number.parseInt(text, 10) * UNITS[(/[a-z]+$/i.exec(text)?.[0] ?? 'b').toLowerCase() as keyof typeof UNITS],
  );
const UNITS = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Everything the server reads from its environment. */
export const serverConfig = z.object({
  ...httpEnv,
  ...accountsEnv,
  ...databaseEnv,
  ...cryptoEnv,
  ...cacheEnv,
  ...storageEnv,
  ...recordsEnv,
  ...recordsReadEnv,
  ...deliveriesEnv,
  ...executionsEnv,
  ...compilerEnv,
  ...logsEnv,
  ...authEnv,
  ...proxyEnv,
  ...refreshEnv,
  ...providersEnv,
  ...rateGovernorEnv,
  ...observabilityEnv,
  ...connectUiEnv,
  SERVER_PORT: integer(3003, 'Port of the public API', 0, 65_535),
  NANGO_SERVER_URL: z
    .url()
    .default('http://localhost:3003')
    .describe('Public address of the API, as browsers and providers reach it'),
  NANGO_PUBLIC_CONNECT_URL: z
    .url()
    .default('http://localhost:3009')
    .describe('Public address of the Connect UI, where end users connect their accounts'),
  NANGO_SERVER_WEBSOCKETS_PATH: z
    .string()
    .regex(/^\/[\w./~-]*$/, 'must be a path such as /live')
    .default('/')
    .describe('Path of the websocket on which the frontend SDK hears how a connection went'),
  FAIRLEAD_WEBSOCKETS_MAX: integer(10_000, 'Websockets one process holds at a time', 1),
  FLAG_OAUTH_STATE_COOKIE_ENFORCED: flag(
    true,
    'Refuse sign-ins that come back from a provider to another browser than they were begun in',
  ),
  NANGO_SERVER_PUBLIC_BODY_LIMIT: size
    .default(UNITS.mb * 75)
    .describe('Largest request body of the API; proxied bodies have no limit'),
  NANGO_FEATURE_FLAG_PROXY_FORWARD_ALL_RESPONSE_HEADERS: flag(
    true,
    'Answers of the proxy keep all headers of the upstream; false leaves answers that went well, and are no stream or file, with content-type, ' +
      'mcp-session-id, x-request-id and x-correlation-id',
  ),
  FAIRLEAD_EXECUTION_PUBLIC_KEY: z.string().describe('Verifies execution tokens: base64 of a DER SPKI Ed25519 key'),
  FAIRLEAD_SERVE_QUEUE_BOARD: flag(false, "Serve the operators' queue board at /admin/queues of this service too"),
  FAIRLEAD_OPERATOR_USERNAME: z.string().default('operator').describe('Name an operator signs in with'),
  FAIRLEAD_OPERATOR_PASSWORD: secretString(
    'Password of operators: queue board and key rotation; both are closed without one',
  ).optional(),
});
export type ServerConfig = z.output<typeof serverConfig>;
