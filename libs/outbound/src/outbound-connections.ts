import { LRUCache } from 'lru-cache';
import type { Dispatcher } from 'undici';
import { type ClientCertificate, createOutboundDispatcher } from './dispatcher.js';
import { decideHost } from './domain/hosts.js';
import type { OutboundPolicy } from './domain/policy.js';
import type { Verdict } from './domain/verdict.js';
import type { Resolve } from './resolver.js';

const ORIGINS_KEPT = 2_000;
/** How many client certificates have connections kept alive. */
const CERTIFICATES_KEPT = 100;

/** A client certificate, with a text that is the same for the same certificate and key. */
export interface IdentifiedCertificate extends ClientCertificate {
  readonly id: string;
}

export interface ConnectionsOptions {
  /** Instead of the system's resolver. */
  readonly resolve?: Resolve;
  readonly certificatesKept?: number;
}

/** Connections and verdicts under one policy. */
export class OutboundConnections {
  readonly #verdicts = new LRUCache<string, Verdict>({ max: ORIGINS_KEPT });
  /** A connection opened under one certificate must never serve another. */
  readonly #certified: LRUCache<string, Dispatcher>;
  readonly #dispatcher: Dispatcher;
  readonly #resolve: Resolve | undefined;
  /** Those of dispatchers on their way out too, which these themselves lose sight of. */
  readonly #open = new Set<Dispatcher>();

  constructor(
    readonly policy: OutboundPolicy,
    { resolve, certificatesKept = CERTIFICATES_KEPT }: ConnectionsOptions = {},
  ) {
    this.#resolve = resolve;
    this.#dispatcher = this.#dispatcherOf();
    this.#certified = new LRUCache({ max: certificatesKept, dispose: (dispatcher) => void letGo(dispatcher) });
  }

  /** As `decideHost`, remembered. */
  decide(origin: string): Verdict {
    let verdict = this.#verdicts.get(origin);
    if (!verdict) this.#verdicts.set(origin, (verdict = decideHost(origin, this.policy)));
    return verdict;
  }

  dispatcher(certificate?: IdentifiedCertificate): Dispatcher {
    if (!certificate) return this.#dispatcher;
    let dispatcher = this.#certified.get(certificate.id);
    if (!dispatcher) this.#certified.set(certificate.id, (dispatcher = this.#dispatcherOf(certificate)));
    return dispatcher;
  }

  /** Requests under way end, then the connections close. */
  async close(): Promise<void> {
    await Promise.all(this.#dispatchers().map(letGo));
  }

  /** Breaks off what is still under way, also after `close`. */
  async destroy(): Promise<void> {
    await Promise.all([...this.#dispatchers(), ...this.#open].map((dispatcher) => dispatcher.destroy()));
  }

  #dispatchers(): Dispatcher[] {
    return [this.#dispatcher, ...this.#certified.values()];
  }

  #dispatcherOf(certificate?: ClientCertificate): Dispatcher {
    return createOutboundDispatcher(this.policy, { resolve: this.#resolve, certificate })
      .on('connect', (_origin, targets) => void this.#open.add(targets.at(-1)!))
      .on('disconnect', (_origin, targets) => void this.#open.delete(targets.at(-1)!));
  }
}

/** One that is destroyed already says so, and has nothing left to close. */
async function letGo(dispatcher: Dispatcher): Promise<void> {
  await Promise.allSettled([dispatcher.close()]);
}
