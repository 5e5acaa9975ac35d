import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { RunnerClient } from '#libs/clients';
import { EXECUTIONS_PATH, type ExecuteRequest, type ExecutionClaims, type FunctionError, type Outcome } from '#libs/contracts';
import { CallerTokens, signExecutionToken } from '#libs/execution-token';
import { bootstrap } from './bootstrap.js';

/** The part of a fake upstream (`startUpstream` of libs/testing) that a runner's surroundings need. */
interface World {
  readonly url: string;
  readonly requests: readonly { readonly path: string }[];
  on(method: string, path: string, handler: () => { readonly status?: number; readonly body?: unknown }): void;
  close(): Promise<void>;
}

export interface RunOptions {
  readonly executionId?: string;
  /** What the code is asked for by, where it is not to be its hash. */
  readonly hash?: string;
  /** The whole bundle, where it is more than an `exec` of the kind. */
  readonly code?: string;
  readonly kind?: ExecuteRequest['kind'];
  readonly input?: unknown;
  readonly limits?: Partial<ExecuteRequest['limits']>;
  readonly function?: Partial<ExecuteRequest['function']>;
  readonly context?: Partial<ExecuteRequest['context']>;
  readonly provider?: Record<string, unknown>;
  readonly lease?: Partial<ExecuteRequest['lease']>;
  readonly signal?: AbortSignal;
}

/** A runner among stand-ins: one upstream plays persist, the server's internal API, the code store and the provider. */
export interface TestRunner<Upstream extends World> {
  readonly url: string;
  readonly world: Upstream;
  /** Requests the runner made to a path, oldest first. */
  requestsTo(path: string): Upstream['requests'][number][];
  /** Runs the body of an `exec`. */
  run(exec: string, options?: RunOptions): Promise<Outcome>;
  /** What runs the body of an `exec`, as it is sent. */
  order(exec: string, options?: RunOptions): string;
  /** A connection of one's own. @param caller what it shows, where that is not what jobs shows */
  connect(caller?: string): Promise<WebSocket>;
  token(executionId: string): string;
  close(): Promise<void>;
}

export const API_KEY = 'secret/key';
const LIMITS = { wallMs: 10_000, memoryMb: 128, outputBytes: 2 * 1024 ** 2 };
const ENV = {
  FAIRLEAD_HOST: '127.0.0.1',
  NANGO_RUNNER_PORT: '0',
  FAIRLEAD_RUNNER_CHILDREN: '1',
  FAIRLEAD_RUNNER_SPIN_MS: '2000',
  LOG_LEVEL: 'silent',
  NANGO_OUTBOUND_URL_POLICY: '{"blockPrivateIps":false}',
  NANGO_PROXY_BASE_URL_OVERRIDE_DENYLIST: '[]',
};

/**
 * @param world plays everything around the runner, and is closed with it
 * @param env variables to set besides
 */
export async function startTestRunner<Upstream extends World>(
  world: Upstream,
  env: Readonly<Record<string, string>> = {},
): Promise<TestRunner<Upstream>> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  world.on('POST', '/logs', () => ({ status: 204 }));
  const runner = await bootstrap({
    ...ENV,
    ...env,
    PERSIST_SERVICE_URL: world.url,
    SERVER_SERVICE_URL: world.url,
    FAIRLEAD_EXECUTION_PUBLIC_KEY: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  });
  const token = (sub: string) => signExecutionToken(privateKey, claimsOf(sub));
  const callers = new CallerTokens(privateKey);
  const client = new RunnerClient(runner.url, callers);
  const requestFor = (exec: string, options: RunOptions = {}) => {
    const { executionId = randomUUID() } = options;
    return requestOf(executionId, serve(world, exec, options), world.url, token(executionId), options);
  };
  return {
    url: runner.url,
    world,
    requestsTo: (path) => world.requests.filter((request) => request.path === path),
    run: (exec, options = {}) =>
      client.execute(requestFor(exec, options), { signal: options.signal ?? new AbortController().signal }),
    order: (exec, options) => JSON.stringify({ run: requestFor(exec, options) }),
    connect: async (caller) => {
      const headers = { authorization: `Bearer ${caller ?? callers.get()}` };
      const socket = new WebSocket(`${runner.url}${EXECUTIONS_PATH}`, { headers });
      await once(socket, 'open');
      return socket;
    },
    token,
    close: async () => {
      client.close();
      await runner.close();
      await world.close();
    },
  };
}

/** Puts a function into the code store, compiled as the CLI does it: exports are getters. */
function serve(world: World, exec: string, { kind = 'action', hash: asked, code: given }: RunOptions): ExecuteRequest['bundle'] {
  const member = kind === 'webhook' ? 'onWebhook' : 'exec';
  const code =
    given ??
    `"use strict";
Object.defineProperty(exports, 'default', { enumerable: true, get: () => definition });
const definition = { type: '${kind}', ${member}: async (nango, input) => { ${exec} } };`;
  const hash = asked ?? createHash('sha256').update(code).digest('hex');
  world.on('GET', `/code/${hash}`, () => ({ body: code }));
  return { hash, url: `${world.url}/code/${hash}` };
}

/** What a run that succeeded answered. */
export function outputOf(outcome: Outcome): unknown {
  if (outcome.status !== 'succeeded') throw new Error(JSON.stringify(outcome));
  return outcome.output;
}

/** Why a run that failed did. */
export function failureOf(outcome: Outcome): FunctionError {
  if (outcome.status !== 'failed') throw new Error(JSON.stringify(outcome));
  return outcome.error;
}

const claimsOf = (sub: string): ExecutionClaims => ({
  sub,
  exp: Math.floor(Date.now() / 1000) + 60,
  kind: 'action',
  accountId: 1,
  environmentId: 2,
  environmentName: 'dev',
  connectionRowId: 3,
  connectionId: 'c1',
  providerConfigKey: 'crm',
  functionName: 'subject',
  operationId: 'op',
  models: ['Contact'],
  variant: 'base',
});

const requestOf = (
  executionId: string,
  bundle: ExecuteRequest['bundle'],
  providerUrl: string,
  token: string,
  options: RunOptions,
): ExecuteRequest => ({
  executionId,
  kind: options.kind ?? 'action',
  token,
  bundle,
  function: {
    name: 'subject',
    models: ['Contact'],
    variant: 'base',
    trackDeletes: false,
    checkpointKey: 'sync:subject',
    ...options.function,
  },
  context: {
    accountId: 1,
    environmentId: 2,
    environmentName: 'dev',
    connectionRowId: 3,
    operationId: 'op',
    loggerLevel: 'debug',
    ...options.context,
  },
  lease: {
    connection: {
      connection_id: 'c1',
      provider_config_key: 'crm',
      credentials: { type: 'API_KEY', apiKey: API_KEY },
      connection_config: {},
      metadata: { region: 'eu' },
    },
    provider: {
      display_name: 'CRM',
      auth_mode: 'API_KEY',
      ...options.provider,
      proxy: { base_url: providerUrl, headers: { 'x-key': '${apiKey}' }, ...(options.provider?.['proxy'] as object) },
    },
    integration: { uniqueKey: 'crm', provider: 'crm', clientId: null, clientSecret: null, custom: {} },
    ...options.lease,
  },
  input: options.input,
  limits: { ...LIMITS, ...options.limits },
});
