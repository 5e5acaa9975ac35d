import { DataSource, type QueryRunner } from 'typeorm';
import { loadCipher, parseRootKeys } from '#libs/crypto';
import { Database, postgresOptions } from '#libs/database';
import { Catalogue, catalogueEntry } from '#libs/providers';
import { ConnectionImport } from './connection-import.js';
import { ConnectionListeners } from './connection-listeners.js';
import { ConnectionReads } from './connection-reads.repository.js';
import { ConnectionSaves } from './connection-saves.js';
import { Connections } from './connections.service.js';
import { ConnectionsRepository } from './connections.repository.js';
import type { CredentialTest } from './credential-test.js';
import type { ConnectionRef } from './credentials.types.js';
import { Integrations } from './integrations.service.js';
import { IntegrationsRepository } from './integrations.repository.js';
import { LastFetched } from './last-fetched.js';
import { Leases } from './leases.js';

const general = { categories: ['other'], docs: 'https://example.com' };
const fields = { type: 'string', title: 'Key', description: 'A key' };
const ENTRIES = {
  keyed: { ...general, display_name: 'Keyed', auth_mode: 'API_KEY', credentials: { apiKey: { ...fields, pattern: '^sk_' } } },
  app: { ...general, display_name: 'App', auth_mode: 'OAUTH2' },
};

const smallCatalogue = (): Catalogue =>
  new Catalogue(new Map(Object.entries(ENTRIES).map(([name, entry]) => [name, { ...catalogueEntry.parse(entry), name }])));

export interface TestCredentials {
  readonly connections: Connections;
  readonly integrations: Integrations;
  readonly lastFetched: LastFetched;
  readonly db: Database;
  readonly environmentId: number;
  readonly otherEnvironmentId: number;
  /** What listeners heard, oldest first. */
  readonly heard: { event: 'created' | 'deleted'; ref: ConnectionRef }[];
  /** Makes the next listener call fail. */
  failNextListener(): void;
  /** Answer of the provider to credentials under test. */
  accept: boolean;
  /** Statements sent so far. */
  statements(): number;
  close(): Promise<void>;
}

/** Integrations and connections on a migrated database, with a small catalogue. */
export async function testCredentials(url: string, encryptionKey: string): Promise<TestCredentials> {
  const base = postgresOptions({ url, poolMax: 10, ssl: false, applicationName: 'test' });
  let statements = 0;
  const logger = { ...silent, logQuery: (_sql: string, _values?: unknown[], _runner?: QueryRunner) => void statements++ };
  const source = await new DataSource({ ...base, logging: true, logger }).initialize();
  const environments = await source.query<{ id: number }[]>('SELECT id FROM environments ORDER BY name');
  const [environmentId, otherEnvironmentId] = environments.map(({ id }) => id) as [number, number];
  const cipher = await loadCipher(source, parseRootKeys(encryptionKey));
  const db = new Database(source);
  const catalogue = smallCatalogue();
  const listeners = new ConnectionListeners();
  const integrationRows = new IntegrationsRepository(db, cipher);
  const rows = new ConnectionsRepository(db, cipher);
  const reads = new ConnectionReads(db, cipher, integrationRows);
  const leases = new Leases(reads, catalogue);
  const heard: TestCredentials['heard'] = [];
  let fail = false;
  const hear = (event: 'created' | 'deleted') => async (_tx: unknown, ref: ConnectionRef) => {
    if (fail) {
      fail = false;
      throw new Error('the listener failed');
    }
    heard.push({ event, ref });
  };
  listeners.register({ connectionCreated: hear('created'), connectionDeleted: hear('deleted') });
  const test: CredentialTest = async () => (subject.accept ? 'passed' : 'failed');
  const saves = new ConnectionSaves(db, integrationRows, rows, listeners, test);
  const imports = new ConnectionImport(integrationRows, catalogue, saves);
  const subject: TestCredentials = {
    connections: new Connections(db, rows, reads, imports, listeners, leases),
    integrations: new Integrations(db, integrationRows, rows, catalogue, listeners, leases),
    lastFetched: new LastFetched(rows),
    db,
    environmentId,
    otherEnvironmentId,
    heard,
    failNextListener: () => void (fail = true),
    accept: true,
    statements: () => statements,
    close: () => source.destroy(),
  };
  return subject;
}

const silent = {
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};
