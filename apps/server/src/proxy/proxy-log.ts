import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import type { ConnectionLease } from '#libs/contracts';
import { codeOf, messageOf } from '#libs/kernel';
import { type Operation, OperationLog } from '#libs/logs';
import { type Attempt, attemptMessage, loggedRequest, loggedResponse } from '#libs/proxy';
import type { ProxyHeaders } from './proxy-headers.js';

/** What became of one proxied call. */
export interface ProxiedCall {
  readonly caller: Caller;
  readonly headers: ProxyHeaders;
  readonly method: string;
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

  record(call: ProxiedCall): void {
    const { 'nango-activity-log-id': given, retries } = call.headers;
    const now = new Date();
    const messages = () => call.attempts.map((attempt) => attemptMessage(attempt, retries, now));
    if (given) return messages().forEach((message) => this.operations.message(given, message));
    const operation = this.#start(call);
    // The operation itself tells of a single attempt that went well.
    if (call.attempts.length > 1) messages().forEach((message) => operation.message(message));
    finish(operation, call);
  }

  #start({ caller, headers, method, lease, attempts }: ProxiedCall): Operation {
    const request = attempts.at(-1)?.request;
    const rowId = lease?.connection['id'];
    const logged = request && loggedRequest(request);
    return this.operations.start({
      type: 'proxy',
      action: 'call',
      message: logged ? `${request.method} ${logged.url}` : `${method} through ${headers['provider-config-key']}`,
      environmentId: caller.environmentId,
      environmentName: caller.environmentName,
      integrationName: headers['provider-config-key'],
      provider: lease?.integration.provider,
      connectionRowId: typeof rowId === 'number' ? rowId : undefined,
      connectionName: headers['connection-id'],
      ...(logged ? { request: { method: request.method, ...logged } } : {}),
    });
  }
}

function finish(operation: Operation, { attempts, error }: ProxiedCall): void {
  const last = attempts.at(-1);
  const response = last && loggedResponse(last);
  operation.finish({
    state: error === undefined && response && response.code < 400 ? 'success' : 'failed',
    ...(error === undefined ? {} : { error: { name: codeOf(error) ?? 'error', message: messageOf(error) } }),
    ...(response ? { response } : {}),
    ...(last ? { meta: metaOf(last, attempts.length) } : {}),
  });
}

const metaOf = ({ durationMs, retryRefused }: Attempt, attempts: number): object => ({
  durationMs: Math.round(durationMs),
  attempts,
  ...(retryRefused ? { retry_refused: retryRefused } : {}),
});
