import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { AppError, type EnvironmentId, newId } from '#libs/kernel';
import type { FunctionJob, FunctionJobEnd, FunctionJobFacts, FunctionJobKind } from './function-jobs.types.js';

/** Jobs one environment may have that are not done. */
const MAX_UNFINISHED = 10;
const RETRY_AFTER_MS = 5_000;
/** From acceptance to end; what is not done by then never will be. */
const DEADLINE = '10 minutes';
const KEPT = '7 days';
const SWEEP_LIMIT = 1_000;

const COLUMNS = `id, environment_id AS "environmentId", kind, status, facts, output, result, error, created_at AS "createdAt",
  updated_at AS "updatedAt", started_at AS "startedAt", completed_at AS "completedAt"`;

const LATE = JSON.stringify({
  code: 'timeout',
  message: 'the job did not end in time: the process that ran it may have been lost',
});

/** Dry runs and deployments asked for through the API (spec/api.md §3.14). */
@Injectable()
export class FunctionJobs {
  constructor(private readonly db: Database) {}

  /** @throws AppError `execution_environment_unavailable` where the environment has too many under way */
  async accept(environmentId: EnvironmentId, kind: FunctionJobKind, facts: FunctionJobFacts): Promise<FunctionJob> {
    const [job] = await this.db.query<FunctionJob>(
      `INSERT INTO function_jobs (id, environment_id, kind, status, facts, deadline_at)
       SELECT $1, $2, $3, 'waiting', $4, now() + interval '${DEADLINE}'
        WHERE (SELECT count(*) FROM function_jobs WHERE environment_id = $2 AND status IN ('waiting', 'running') AND deadline_at > now()) < $5
       RETURNING ${COLUMNS}`,
      [newId(), environmentId, kind, JSON.stringify(facts), MAX_UNFINISHED],
    );
    if (job) return job;
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
    const [job] = await this.db.query<FunctionJob>(
      `SELECT ${COLUMNS} FROM function_jobs WHERE id = $1 AND environment_id = $2 AND kind = $3`,
      [id, environmentId, kind],
    );
    return job ?? null;
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
      `UPDATE function_jobs SET status = $2, output = $3, result = $4, error = $5, updated_at = now(), completed_at = now(),
              facts = facts - '{input,metadata,checkpoint}'::text[]
        WHERE id = $1 AND status IN ('waiting', 'running')`,
      [id, error ? 'failed' : 'success', output ?? null, jsonOf(result), jsonOf(error)],
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
      `UPDATE function_jobs SET status = 'failed', error = $1, updated_at = now(), completed_at = now(),
              facts = facts - '{input,metadata,checkpoint}'::text[]
        WHERE ${which} AND status IN ('waiting', 'running') AND deadline_at <= now()`,
      [...values],
    );
  }
}

/** PostgreSQL's JSON has no character NUL. */
const jsonOf = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value).replaceAll('\\u0000', ''));
