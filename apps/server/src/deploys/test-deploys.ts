import type { Answer, TestServer } from './test-server.js';
import type { DeployReply } from './deploys.dto.js';

/** A failed answer, as every route gives it. */
export interface Failure {
  readonly error: {
    readonly code: string;
    readonly message?: string;
    readonly payload?: unknown;
    readonly errors?: { path: string[]; message: string }[];
  };
}

export const failureOf = ({ status, body: { error } }: Answer<Failure>): [number, string] => [status, error.code];

/** Deploys, connects and looks at syncs on one integration of a test server. */
export class TestIntegration {
  constructor(
    private readonly server: TestServer,
    readonly key: string,
  ) {}

  static async create(server: TestServer, key: string): Promise<TestIntegration> {
    const { status, body } = await server.call('POST', '/integrations', { provider: 'private-api-bearer', unique_key: key });
    if (status !== 200) throw new Error(JSON.stringify(body));
    return new TestIntegration(server, key);
  }

  readonly flow = (name: string, over: object = {}): object => ({
    type: 'sync',
    syncName: name,
    providerConfigKey: this.key,
    models: ['Contact'],
    runs: 'every hour',
    auto_start: true,
    track_deletes: false,
    fileBody: { js: `// js of ${name}`, ts: `// ts of ${name}` },
    metadata: { description: `syncs ${name}`, scopes: [] },
    endpoints: [],
    models_json_schema: { definitions: { Contact: { type: 'object' } } },
    ...over,
  });

  readonly action = (name: string, over: object = {}): object =>
    this.flow(name, { type: 'action', runs: null, models: [], ...over });

  deployBody(flows: readonly object[], over: object = {}): object {
    const how = { deployMode: 'integration', reconcile: true, debug: false, sdkVersion: '0.71.10-zero' };
    return { flowConfigs: flows, onEventScriptsByProvider: [], ...how, ...over };
  }

  deploy<Body = DeployReply>(
    flows: readonly object[],
    over: object = {},
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const body = this.deployBody(flows, { nangoYamlBody: '', source: 'repo', ...over });
    return this.server.call<Body>('POST', '/sync/deploy', body, headers);
  }

  async connect(id: string): Promise<void> {
    const { status, body } = await this.server.call('POST', '/connections', {
      provider_config_key: this.key,
      connection_id: id,
      connection_config: { base_url: 'https://api.example' },
      credentials: { type: 'API_KEY', apiKey: 'k' },
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
  }

  /** A route of one function, such as `contacts/versions`. */
  call<Body>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
    return this.server.call<Body>(method, `/integrations/${this.key}/functions/${path}`, body);
  }

  /** A command on the syncs of a connection. */
  command(name: 'trigger' | 'start' | 'pause', syncs: readonly string[], connectionId: string): Promise<Answer<Failure>> {
    const body = { provider_config_key: this.key, connection_id: connectionId, syncs };
    return this.server.call<Failure>('POST', `/sync/${name}`, body);
  }

  /** Live syncs as `connection/name`, with the state of their schedule and its frequency. */
  syncs(): Promise<{ sync: string; state: string; frequencyMs: number }[]> {
    return this.server.db.query(
      `SELECT c.connection_id || '/' || y.name AS sync, s.state, s.frequency_ms::float8 AS "frequencyMs"
         FROM syncs y JOIN sync_schedules s ON s.sync_id = y.id JOIN connections c ON c.id = y.connection_id
         JOIN integrations i ON i.id = c.integration_id
        WHERE i.unique_key = $1 AND y.deleted_at IS NULL ORDER BY 1`,
      [this.key],
    );
  }
}
