import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError } from '#libs/kernel';
import { reasonIn } from './domain/log-reason.js';
import { endLeftover } from './leftovers.js';
import { type ManagedProcess, startProcess } from './managed-process.js';
import { type Passage, passageFor } from './passage.js';
import { postgresPrograms, type PostgresPrograms } from './postgres-programs.js';

export interface ClusterOptions {
  /** Folder of the cluster; made on first start. */
  readonly folder: string;
  /** File the messages of Postgres go to. */
  readonly logFile: string;
  /** Password of user `fairlead`. */
  readonly password: string;
  /** False trades crash safety for speed, for tests. */
  readonly durable: boolean;
}

export const USER = 'fairlead';
const OWNER_ONLY = 0o700;
const STOP_WITHIN_MS = 15_000;

/** The files of one Postgres, and how its programs are run on them. */
export class PostgresCluster {
  private constructor(
    readonly options: ClusterOptions,
    private readonly programs: PostgresPrograms,
    private readonly passage: Passage,
  ) {}

  /** Opens the cluster of a folder, made if there is none. @throws ConfigError when that cannot be */
  static async open(options: ClusterOptions): Promise<PostgresCluster> {
    const programs = await postgresPrograms();
    const cluster = new PostgresCluster(options, programs, passageFor(programs.postgres, options.folder));
    mkdirSync(dirname(options.logFile), { recursive: true });
    if (existsSync(options.folder)) await endLeftover(join(options.folder, 'postmaster.pid'), options.folder);
    else await cluster.#make();
    return cluster;
  }

  /** Starts the server with these settings; it is not ready yet. */
  serve(settings: Readonly<Record<string, string>>): Promise<ManagedProcess> {
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    return this.#run(this.programs.postgres, ['-D', this.options.folder, ...flags]);
  }

  /** Why the last program that ran here ended, in its own words. */
  reason(): string {
    return reasonIn(readFileSync(this.options.logFile, 'utf8'));
  }

  /** Made beside its place and moved there when it is whole, so that an interrupted start leaves nothing half made. */
  async #make(): Promise<void> {
    const { folder, password } = this.options;
    const unfinished = `${folder}.unfinished`;
    const passwordFile = `${folder}.password`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true, mode: OWNER_ONLY });
    writeFileSync(passwordFile, password, { mode: 0o600 });
    try {
      await this.#initialise(unfinished, passwordFile);
    } finally {
      rmSync(passwordFile, { force: true });
    }
    renameSync(unfinished, folder);
  }

  async #initialise(folder: string, passwordFile: string): Promise<void> {
    const { owner } = this.passage;
    if (owner) for (const path of [folder, passwordFile]) chownSync(path, owner.uid, owner.gid);
    const flags = [`--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--data-checksums'];
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const sync = this.options.durable ? [] : ['--no-sync'];
    const initdb = await this.#run(this.programs.initdb, ['-D', folder, '-U', USER, ...flags, ...locale, ...sync]);
    const { code } = await initdb.exited;
    if (code !== 0) throw new ConfigError(`a database cannot be made in ${folder}: ${this.reason()}`);
  }

  #run(program: string, args: readonly string[]): Promise<ManagedProcess> {
    const log = openSync(this.options.logFile, 'w');
    return startProcess({
      ...this.passage.wrap(program, args),
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      // Fast shutdown: sessions are ended, work in progress is rolled back, data is written.
      stopSignal: 'SIGINT',
      stopWithinMs: STOP_WITHIN_MS,
      stdio: ['ignore', log, log],
      cwd: '/',
    }).finally(() => closeSync(log));
  }
}
