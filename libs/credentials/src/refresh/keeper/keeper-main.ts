import { openModes } from '#libs/auth';
import { announce, connectRedis, tagOf } from '#libs/cache';
import { Cipher } from '#libs/crypto';
import { Database, openDataSource, postgresOptions } from '#libs/database';
import { messageOf } from '#libs/kernel';
import { TokenHttp } from '#libs/token-http';
import { ConnectionReads } from '../../connection-reads.repository.js';
import { IntegrationsRepository } from '../../integrations.repository.js';
import { RefreshExecution } from '../refresh-execution.js';
import { RefreshLeases } from '../refresh-lease.js';
import { RefreshRows } from '../refresh-rows.repository.js';
import { RefreshStash } from '../refresh-stash.js';
import type { RefreshOrder } from '../refresh.types.js';
import type { FromKeeper, KeeperSetup, ToKeeper } from './messages.js';

/**
 * The keeper: carries out refreshes that a service orders over the pipe between them, and ends once the service is gone and all that was
 * begun is stored.
 */
interface Works {
  readonly cipher: Cipher;
  readonly execution: RefreshExecution;
  /** Tells all processes of new credentials; the service does too, if it is still there. */
  announce(order: RefreshOrder): Promise<void>;
  close(): Promise<void>;
}

let works: Works | undefined;
let leaving = false;
const carryingOut = new Set<Promise<void>>();

process.on('message', (message: ToKeeper) => {
  if (message.type === 'setup') void start(message.setup);
  else begin(message);
});
process.once('disconnect', () => void leave());
// The terminal's Ctrl-C ends the service; the keeper follows when it has stored what it began.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void leave());

async function start(setup: KeeperSetup): Promise<void> {
  try {
    works = await open(setup);
    tell({ type: 'ready' });
  } catch (error) {
    tell({ type: 'unusable', reason: messageOf(error) });
    process.exit(1);
  }
  if (!process.connected) await leave();
}

function begin(message: Extract<ToKeeper, { type: 'refresh' }>): void {
  const running = carryOut(message).finally(() => carryingOut.delete(running));
  carryingOut.add(running);
}

async function carryOut({ id, order, keyring }: Extract<ToKeeper, { type: 'refresh' }>): Promise<void> {
  if (!works) return;
  works.cipher.load(keyring);
  const result = await works.execution.run(order);
  tell({ type: 'result', id, result });
  if (result.kind === 'refreshed') await works.announce(order);
}

async function leave(): Promise<void> {
  if (leaving || !works) return;
  leaving = true;
  await Promise.all(carryingOut);
  await works.close();
  if (process.connected) process.disconnect();
}

function tell(message: FromKeeper): void {
  // A service that has gone does not hear it; what matters is in the database.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function open(setup: KeeperSetup): Promise<Works> {
  const applicationName = 'fairlead-refresh-keeper';
  const options = { url: setup.databaseUrl, ssl: setup.databaseSsl, poolMax: 4, applicationName };
  const source = await openDataSource(postgresOptions(options));
  const redis = connectRedis(setup.redisUrl, 'refresh-keeper');
  const http = new TokenHttp({ policy: setup.policy });
  const cipher = new Cipher(new Map(), null);
  const db = new Database(source);
  const execution = new RefreshExecution({
    leases: new RefreshLeases(redis),
    reads: new ConnectionReads(db, cipher, new IntegrationsRepository(db, cipher)),
    rows: new RefreshRows(db, cipher),
    stash: new RefreshStash(redis, cipher),
    modes: openModes(http, setup),
  });
  const announced = ({ rowId }: RefreshOrder) => announce(redis, [tagOf('connection', rowId)]);
  const close = async () => {
    redis.disconnect();
    await Promise.all([source.destroy(), http.close()]);
  };
  return { cipher, execution, announce: announced, close };
}
