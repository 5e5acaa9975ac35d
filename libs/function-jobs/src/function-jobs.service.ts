import { Injectable } from '@nestjs/common';
import { Cipher } from '#libs/crypto';
import { Database } from '#libs/database';
import { AppError, type EnvironmentId, newId } from '#libs/kernel';
import type { FunctionJob, FunctionJobEnd, FunctionJobFacts, FunctionJobGiven, FunctionJobKind } from './function-jobs.types.js';
import { functionJobAad } from './sealed-columns.js';

/** Jobs one environment may have that are not done. */
const MAX_UNFINISHED = 10;
const RETRY_AFTER_MS = 5_000;
/** From acceptance to end; what is not done by then never will be. */
const DEADLINE = '10 minutes';
const KEPT = '7 days';
const SWEEP_LIMIT = 1_000;

const COLUMNS = `id, environment_id AS "environmentId", kind, status, facts, given, outcome, error, created_at AS "createdAt",
  updated_at AS "updatedAt", started_at AS "startedAt", completed_at AS "completedAt"`;

const LATE = JSON.stringify({
  code: 'timeout',
  message: 'the job did not end in time: the process that ran it may have been lost',
});

type Row = Omit<FunctionJob, 'output' | 'result'> & { readonly given: Buffer | null; readonly outcome: Buffer | null };

/** Dry runs and deployments asked for through the API (spec/api.md §3.14). */
@Injectable()
export class FunctionJobs {
  constructor(
    private readonly db: Database,
    private readonly cipher: Cipher,
  ) {}

  /** @throws AppError `execution_environment_unavailable` where the environment has too many under way */
  async accept(
    environmentId: EnvironmentId,
    kind: FunctionJobKind,
    { input, metadata, checkpoint, ...facts }: FunctionJobFacts,
  ): Promise<FunctionJob> {
    const id = newId();
    const given = this.#seal('given', id, { input, metadata, checkpoint } satisfies FunctionJobGiven);
    const [job] = await this.db.query<Row>(
      `INSERT INTO function_jobs (id, environment_id, kind, status, facts, given, deadline_at)
       SELECT $1, $2, $3, 'waiting', $4, $6, now() + interval '${DEADLINE}'
        WHERE (SELECT count(*) FROM function_jobs WHERE environment_id = $2 AND status IN ('waiting', 'running') AND deadline_at > now()) < $5
       RETURNING ${COLUMNS}`,
      [id, environmentId, kind, JSON.stringify(facts), MAX_UNFINISHED, given],
    );
    if (job) return this.#opened(job);
    throw new AppError(
      'execution_environment_unavailable',
      `this environment has ${MAX_UNFINISHED} jobs under way; try again in a moment`,
      {
        retryAfterMs: RETRY_AFTER_MS,
      },
    );
  }

  /** A job past its deadline reads as failed, whether or not the sweep has come by. Null where there is none. */
  async find(environmentId: EnvironmentId, kind: FunctionJobKind, id: string): Promise<FunctionJob | null> {
    await this.#giveUpLate('id = $2', [LATE, id]);
    const [job] = await this.db.query<Row>(
      `SELECT ${COLUMNS} FROM function_jobs WHERE id = $1 AND environment_id = $2 AND kind = $3`,
      [id, environmentId, kind],
    );
    return job ? this.#opened(job) : null;
  }

  /** Its work begins; false where it has ended meanwhile. @param more facts that are known only now */
  async start(id: string, more: Partial<FunctionJobFacts> = {}): Promise<boolean> {
    const rows = await this.db.query(
      `UPDATE function_jobs SET status = 'running', facts = facts || $2, started_at = coalesce(started_at, now()), updated_at = now()
        WHERE id = $1 AND status IN ('waiting', 'running') AND deadline_at > now() RETURNING 1`,
      [id, JSON.stringify(more)],
    );
    return rows.length > 0;
  }

  /** Records how it ended; the first end counts. */
  async finish(id: string, { output, result, error }: FunctionJobEnd): Promise<void> {
    await this.db.query(
      `UPDATE function_jobs SET status = $2, outcome = $3, error = $4, given = NULL, updated_at = now(), completed_at = now()
        WHERE id = $1 AND status IN ('waiting', 'running')`,
      [id, error ? 'failed' : 'success', this.#seal('outcome', id, { output, result }), jsonOf(error)],
    );
  }

  /** Ends what is late and forgets what is old. */
  async sweep(): Promise<void> {
    await this.#giveUpLate('true', [LATE]);
    await this.db.query(
      `DELETE FROM function_jobs WHERE id IN (
         SELECT id FROM function_jobs WHERE created_at < now() - interval '${KEPT}' ORDER BY created_at LIMIT ${SWEEP_LIMIT})`,
    );
  }

  async #giveUpLate(which: string, values: readonly string[]): Promise<void> {
    await this.db.query(
      `UPDATE function_jobs SET status = 'failed', error = $1, given = NULL, updated_at = now(), completed_at = now()
        WHERE ${which} AND status IN ('waiting', 'running') AND deadline_at <= now()`,
      [...values],
    );
  }

  /** What callers give and functions return is their customers' data. */
  #seal(column: 'given' | 'outcome', id: string, value: object): Buffer {
    return this.cipher.seal(JSON.stringify(value), functionJobAad(column, id));
  }

  #opened({ given, outcome, ...job }: Row): FunctionJob {
    const open = (column: 'given' | 'outcome', sealed: Buffer | null): object =>
      sealed ? (JSON.parse(this.cipher.openText(sealed, functionJobAad(column, job.id))) as object) : {};
    const end: Partial<FunctionJobEnd> = open('outcome', outcome);
    return { ...job, facts: { ...job.facts, ...open('given', given) }, output: end.output ?? null, result: end.result ?? null };
  }
}

/** PostgreSQL's JSON has no character NUL. */
const jsonOf = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value).replaceAll('\\u0000', ''));
