import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import type { ConnectionLease } from '#libs/contracts';
import { codeOf, messageOf } from '#libs/kernel';
import { type OperationEnd, OperationLog, type OperationStart } from '#libs/logs';
import { type Attempt, attemptMessage, loggedRequest, loggedResponse } from '#libs/proxy';
import type { Steering } from './steering.js';

/** What became of one proxied call. */
export interface ProxiedCall {
  readonly caller: Caller;
  readonly steering: Steering;
  readonly method: string;
  readonly startedAt: Date;
  /** Absent when the connection was not found. */
  lease?: ConnectionLease;
  readonly attempts: Attempt[];
  /** What kept the call from an answer, or the answer from the client. */
  error?: unknown;
}

/** Writes down proxied calls once they are over (spec/auth.md §6.10). */
@Injectable()
export class ProxyLog {
  constructor(private readonly operations: OperationLog) {}

  /** Under the operation the caller names, else as one of its own, which alone tells of a single attempt. */
  record(call: ProxiedCall): void {
    const { steering, attempts, startedAt } = call;
    const given = steering['nango-activity-log-id'];
    const id = given || this.operations.record(beginningOf(call), endOf(call), startedAt);
    if (!given && attempts.length < 2) return;
    const now = new Date();
    for (const attempt of attempts) this.operations.message(id, attemptMessage(attempt, steering.retries, now));
  }
}

function beginningOf({ caller, steering, method, lease, attempts }: ProxiedCall): OperationStart {
  const request = attempts.at(-1)?.request;
  const rowId = lease?.connection['id'];
  const logged = request && loggedRequest(request);
  return {
    type: 'proxy',
    action: 'call',
    message: logged ? `${request.method} ${logged.url}` : `${method} through ${steering['provider-config-key']}`,
    environmentId: caller.environmentId,
    environmentName: caller.environmentName,
    integrationName: steering['provider-config-key'],
    provider: lease?.integration.provider,
    connectionRowId: typeof rowId === 'number' ? rowId : undefined,
    connectionName: steering['connection-id'],
    request: logged && { method: request.method, ...logged },
  };
}

function endOf({ attempts, error }: ProxiedCall): OperationEnd {
  const last = attempts.at(-1);
  const response = last && loggedResponse(last);
  return {
    state: error === undefined && response && response.code < 400 ? 'success' : 'failed',
    error: error === undefined ? undefined : { name: codeOf(error) ?? 'error', message: messageOf(error) },
    response,
    meta: last && metaOf(last, attempts.length),
  };
}

const metaOf = ({ durationMs, retryRefused }: Attempt, attempts: number): object => ({
  durationMs: Math.round(durationMs),
  attempts,
  ...(retryRefused ? { retry_refused: retryRefused } : {}),
});
