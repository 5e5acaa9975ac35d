import type { OutboundRequest } from '#libs/proxy';
import { secretsOfLease } from '#libs/proxy';
import type { Received } from './provider-http.js';
import type { RunContext } from './run-context.js';

export interface PlainRequest extends Pick<OutboundRequest, 'method' | 'headers'> {
  readonly body: string | Buffer | undefined;
}

/**
 * A call that a run makes with what it knows itself, under the outbound policy of its environment. It is logged like any other, and the
 * credentials that the run may have read are masked there.
 */
export async function fetchFor(run: RunContext, url: URL, request: PlainRequest): Promise<Received> {
  const lease = await run.leases.of();
  const { outboundPolicy } = lease;
  return run.services.http.fetch(
    url,
    { ...request, outboundPolicy, secrets: secretsOfLease(lease) },
    { signal: run.signal, totalMs: run.leftMs, onAttempt: (attempt) => run.log.attempt(attempt, 0) },
  );
}
