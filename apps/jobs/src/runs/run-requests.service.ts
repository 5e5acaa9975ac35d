import { Inject, Injectable } from '@nestjs/common';
import type { KeyObject } from 'node:crypto';
import type { ExecuteRequest } from '#libs/contracts';
import { Connections } from '#libs/credentials';
import { signExecutionToken } from '#libs/execution-token';
import { Bundles } from './bundles.service.js';
import { claimsOf, executeRequestOf, type Run, type Subject } from './domain/execute-request.js';
import { EnvironmentReader } from './environment-facts.service.js';

export const RUN_REQUESTS_OPTIONS = Symbol('run-requests-options');
export interface RunRequestsOptions {
  readonly privateKey: KeyObject;
  /** Most bytes of JSON an action may return. */
  readonly actionOutputBytes: number;
}

/** Makes what a runner is asked: fresh credentials, the code's address, a token signed for this run alone. */
@Injectable()
export class RunRequests {
  constructor(
    private readonly connections: Connections,
    private readonly environments: EnvironmentReader,
    private readonly bundles: Bundles,
    @Inject(RUN_REQUESTS_OPTIONS) private readonly options: RunRequestsOptions,
  ) {}

  /** @throws AppError where the connection is gone or has no credentials that count */
  async of(run: Run, subject: Subject | Promise<Subject>): Promise<ExecuteRequest> {
    const [{ function: fn, hosting }, lease, environment] = await Promise.all([
      subject,
      this.connections.leaseByRow(run.environmentId, run.connectionRowId),
      this.environments.get(run.environmentId),
    ]);
    const prepared = {
      function: fn,
      environment,
      lease,
      bundleUrl: await this.bundles.urlOf(fn.bundleHash),
      actionOutputBytes: this.options.actionOutputBytes,
      ...hosting(environment.name, lease.integration.uniqueKey),
    };
    const token = signExecutionToken(this.options.privateKey, claimsOf(run, prepared, Date.now()));
    return executeRequestOf(run, prepared, token);
  }
}
