import type { ConnectionLease, ExecuteRequest } from '#libs/contracts';
import { Gate, type GovernedCall, Governor, GovernorMetrics, Watch } from '#libs/rate-limits';
import type { Asker } from './asker.js';
import { RemoteBuckets } from './remote-buckets.js';
import type { RunLog } from './run-log.js';
import { ServiceClient } from './service-client.js';

/** Calls that wait for their turn hold a connection each; they must not keep those that ask for credentials from theirs. */
const CONNECTIONS = 1_024;
const LONGEST_ANSWER_MS = 3_700_000;

/** What is asked of a run on whose behalf calls are made. */
interface GovernedRun {
  readonly request: Pick<ExecuteRequest, 'context' | 'token'>;
  readonly signal: AbortSignal;
  readonly log: Pick<RunLog, 'say'>;
}

/** The rate governor of the server, for the calls of runs. */
export class RateLimits {
  readonly #server: ServiceClient;
  readonly #governor: Governor<Asker>;

  /** @param serverUrl where the server's internal API is */
  constructor(serverUrl: string) {
    this.#server = new ServiceClient(serverUrl, 'server', {
      connections: CONNECTIONS,
      attempts: 1,
      answerMs: LONGEST_ANSWER_MS,
    });
    const [watch, metrics] = [new Watch(), new GovernorMetrics()];
    const buckets = new RemoteBuckets(this.#server, watch, metrics);
    this.#governor = new Governor(new Gate(watch, buckets, metrics), () => buckets.options());
  }

  /** The hooks of one call of a run; undefined while the server's governor is off. */
  of({ request, signal, log }: GovernedRun, lease: ConnectionLease): GovernedCall<Asker> | undefined {
    return this.#governor.of({
      environmentId: request.context.environmentId,
      lease,
      caller: () => 'run', // the server knows better, from the run's token
      signal,
      via: { token: request.token, signal, warn: (message) => log.say('warn', 'internal', message) },
    });
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
