import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, newStackSecrets, startPostgres } from '#libs/embedded';

/** A Postgres, and another one that follows it by streaming replication and can be read. */
export interface ReplicatedPostgres {
  readonly primaryUrl: string;
  readonly standbyUrl: string;
  /** From now on the standby shows what it has seen so far; what comes meanwhile it receives and keeps. */
  holdBack(): Promise<void>;
  /** It goes on from there. */
  goOn(): Promise<void>;
  /** The standby stops. */
  stopStandby(): Promise<void>;
  stop(): Promise<void>;
}

/** @param prepare what the primary is to have before it is copied */
export async function startReplicated(prepare: (primaryUrl: string) => Promise<void>): Promise<ReplicatedPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-replicated-'));
  const password = newStackSecrets().postgresPassword;
  const server = (name: string) =>
    startPostgres({ folder: join(folder, name), logFile: join(folder, `${name}.log`), password, durable: false });
  const primary = await server('primary');
  await prepare(primary.url);
  await copy(primary, folder);
  const standby = await server('standby');
  return {
    primaryUrl: primary.url,
    standbyUrl: standby.url,
    holdBack: () => on(standby.url, async (client) => void (await client.query('SELECT pg_wal_replay_pause()'))),
    goOn: () => on(standby.url, async (client) => void (await client.query('SELECT pg_wal_replay_resume()'))),
    stopStandby: () => standby.stop(),
    async stop() {
      await standby.stop();
      await primary.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A base backup while the primary runs, by hand: the embedded Postgres comes without `pg_basebackup`. */
async function copy(primary: EmbeddedPostgres, folder: string): Promise<void> {
  const [from, to] = [join(folder, 'primary'), join(folder, 'standby')];
  const label = await on(primary.url, async (client) => {
    await client.query(`SELECT pg_backup_start('standby', fast => true)`);
    // With owners: Postgres runs as a user of its own where the tests are root.
    execFileSync('cp', ['-a', from, to]);
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)');
    return rows[0]?.labelfile ?? '';
  });
  for (const name of ['postmaster.pid', 'postmaster.opts']) rmSync(join(to, name), { force: true });
  writeFileSync(join(to, 'backup_label'), label, { mode: 0o644 });
  writeFileSync(join(to, 'standby.signal'), '', { mode: 0o644 });
  const { hostname, port, username, password } = new URL(primary.url);
  const source = `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`;
  appendFileSync(join(to, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);
  for (const name of ['backup_label', 'standby.signal']) execFileSync('chown', ['--reference', to, join(to, name)]);
}

async function on<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
