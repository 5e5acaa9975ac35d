import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import { Connections, Integrations } from '#libs/credentials';
import { type FunctionJob, FunctionJobs } from '#libs/function-jobs';
import { Functions, hashOfCode } from '#libs/functions';
import { AppError } from '#libs/kernel';
import { JobProducer } from '#libs/queues';
import type { StartDryRun } from './function-jobs.dto.js';
import { inBackground } from './in-background.js';
import { SourceCompiler } from './source-compiler.service.js';

/** Runs a source on a real connection and says what it would have written (spec/api.md §3.14). */
@Injectable()
export class DryRuns {
  constructor(
    private readonly integrations: Integrations,
    private readonly connections: Connections,
    private readonly functions: Functions,
    private readonly jobs: FunctionJobs,
    private readonly compiler: SourceCompiler,
    private readonly producer: JobProducer,
  ) {}

  /** Accepts it; it runs after the answer. @throws AppError `integration_not_found`, `connection_not_found`, `execution_environment_unavailable` */
  async start({ environmentId }: Caller, body: StartDryRun): Promise<FunctionJob> {
    const { integration_id, function_type, connection_id } = body;
    if (!(await this.integrations.find(environmentId, integration_id)))
      throw new AppError('integration_not_found', `no integration ${integration_id}`);
    const connection = await this.connections.resolve(environmentId, integration_id, connection_id);
    if (!connection) throw new AppError('connection_not_found', `no connection ${connection_id} of ${integration_id}`);
    const { input, metadata, checkpoint, last_sync_date: lastSyncDate } = body;
    const facts = { integration_id, function_type, connectionRowId: connection.id, input, metadata, checkpoint, lastSyncDate };
    const job = await this.jobs.accept(environmentId, 'dryrun', facts);
    inBackground(this.jobs, job, () => this.#prepare(job, body.code));
    return job;
  }

  /** @throws AppError `dryrun_not_found` */
  async get({ environmentId }: Caller, id: string): Promise<FunctionJob> {
    const job = await this.jobs.find(environmentId, 'dryrun', id);
    if (!job) throw new AppError('dryrun_not_found', `no dry run ${id}`);
    return job;
  }

  /** Compiled here, run by jobs. */
  async #prepare({ id, environmentId, facts }: FunctionJob, code: string): Promise<void> {
    const target = { integrationId: facts.integration_id, type: facts.function_type, name: 'dryrun' };
    const { compiled, body } = await this.compiler.deploy(target, code);
    await this.functions.upload([compiled.bundle]);
    const models = body.flowConfigs[0]?.models ?? [];
    if (!(await this.jobs.start(id, { bundleHash: hashOfCode(compiled.bundle), models }))) return;
    await this.producer.enqueue('function.dry-run', { jobId: id, environmentId }, { jobId: `dryrun.${id}` });
  }
}
