import type { Redis } from 'ioredis';
import { DataSource, type QueryRunner } from 'typeorm';
import { AuthModes } from '#libs/auth-modes';
import { Invalidations } from '#libs/cache';
import { type Cipher, loadCipher, parseRootKeys } from '#libs/crypto';
import { Database, postgresOptions } from '#libs/database';
import { MemoryLogStore, OperationLog } from '#libs/logs';
import { Catalogue, catalogueEntry } from '#libs/providers';
import { ConnectionConfigs } from './connection-configs.service.js';
import { ConnectionAnnouncements } from './connection-announcements.js';
import { ConnectionImport } from './connection-import.js';
import { ConnectionListeners, type RefreshChanged } from './connection-listeners.js';
import { ConnectionReads } from './connection-reads.repository.js';
import { ConnectionSaves } from './connection-saves.js';
import { ConnectionValidationsRepository } from './connection-validations.repository.js';
import { Connections } from './connections.service.js';
import { ConnectionsRepository } from './connections.repository.js';
import type { CredentialTest } from './credential-test.js';
import type { ConnectionRef } from './credentials.types.js';
import { Integrations } from './integrations.service.js';
import { IntegrationsRepository } from './integrations.repository.js';
import { LastFetched } from './last-fetched.js';
import { Leases } from './leases.js';
import { RefreshExecution } from './refresh/refresh-execution.js';
import { RefreshLeases } from './refresh/refresh-lease.js';
import { RefreshReports } from './refresh/refresh-reports.js';
import { RefreshRows } from './refresh/refresh-rows.repository.js';
import { RefreshStash } from './refresh/refresh-stash.js';
import { RefreshStates } from './refresh/refresh-states.repository.js';
import type { RefreshRunner } from './refresh/refresh.types.js';
import { Refresher } from './refresh/refresher.service.js';
import { TokenIntrospector } from './refresh/token-introspector.js';
import { ConnectionCare } from './upkeep/connection-care.service.js';
import { ConnectionUpkeep } from './upkeep/connection-upkeep.repository.js';

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
  /** What listeners were told of refreshes. */
  readonly changes: RefreshChanged[];
  readonly leases: Leases;
  readonly saves: ConnectionSaves;
  readonly announcements: ConnectionAnnouncements;
  readonly listeners: ConnectionListeners;
  readonly configs: ConnectionConfigs;
  readonly catalogue: Catalogue;
  readonly upkeep: ConnectionUpkeep;
  readonly care: ConnectionCare;
  /** Makes the next listener call fail. */
  failNextListener(): void;
  /** Answer of the provider to credentials under test. */
  accept: boolean;
  /** Statements sent so far. */
  statements(): number;
  close(): Promise<void>;
}

export interface TestOptions {
  /** How credentials are renewed; without them none can be. */
  readonly modes?: AuthModes;
  readonly redis?: Redis;
  /** How changes are told and heard of; without it no other process is. */
  readonly changes?: Invalidations;
}

/** Integrations and connections on a migrated database, with a small catalogue. */
export async function testCredentials(
  url: string,
  encryptionKey: string,
  { modes = new AuthModes({}), redis, changes: told = new Invalidations() }: TestOptions = {},
): Promise<TestCredentials> {
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
  const lastFetched = new LastFetched(rows);
  const leases = new Leases(reads, catalogue, modes, told, lastFetched);
  const heard: TestCredentials['heard'] = [];
  const changes: RefreshChanged[] = [];
  let fail = false;
  const hear = (event: 'created' | 'deleted') => async (_tx: unknown, ref: ConnectionRef) => {
    if (fail) {
      fail = false;
      throw new Error('the listener failed');
    }
    heard.push({ event, ref });
  };
  listeners.register({
    connectionCreated: hear('created'),
    connectionDeleted: hear('deleted'),
    refreshChanged: async (_tx, changed) => void changes.push(changed),
  });
  const test: CredentialTest = async () => (subject.accept ? 'passed' : 'failed');
  const operations = new OperationLog(new MemoryLogStore());
  const reports = new RefreshReports(db, new RefreshStates(), listeners, operations, leases);
  const upkeep = new ConnectionUpkeep(db);
  const runner = redis ? executionOn(db, cipher, reads, redis, modes) : unexpected;
  const refresher = new Refresher(leases, catalogue, modes, reports, new TokenIntrospector(modes), runner);
  const announcements = new ConnectionAnnouncements(db, new ConnectionValidationsRepository(db), listeners, leases);
  const saves = new ConnectionSaves(db, integrationRows, rows, announcements, leases, test);
  const imports = new ConnectionImport(integrationRows, catalogue, saves, modes);
  const subject: TestCredentials = {
    connections: new Connections(db, rows, reads, imports, listeners, leases, refresher),
    integrations: new Integrations(db, integrationRows, rows, catalogue, listeners, leases),
    lastFetched,
    db,
    environmentId,
    otherEnvironmentId,
    heard,
    changes,
    leases,
    saves,
    announcements,
    listeners,
    configs: new ConnectionConfigs(db, cipher, reads, catalogue, leases),
    catalogue,
    upkeep,
    care: new ConnectionCare(leases, refresher, reports, upkeep, test),
    failNextListener: () => void (fail = true),
    accept: true,
    statements: () => statements,
    close: async () => {
      await lastFetched.beforeApplicationShutdown();
      await operations.onApplicationShutdown();
      await source.destroy();
    },
  };
  return subject;
}

const executionOn = (db: Database, cipher: Cipher, reads: ConnectionReads, redis: Redis, modes: AuthModes) =>
  new RefreshExecution({
    leases: new RefreshLeases(redis),
    reads,
    rows: new RefreshRows(db, cipher),
    stash: new RefreshStash(redis, cipher),
    modes,
  });

const unexpected: RefreshRunner = {
  run: () => Promise.reject(new Error('nothing is renewed in this test')),
  close: () => Promise.resolve(),
};

const silent = {
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};
