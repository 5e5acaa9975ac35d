import { LRUCache } from 'lru-cache';
import type { Dispatcher } from 'undici';
import { createOutboundDispatcher, type OutboundPolicy } from '#libs/outbound';
import type { ClientIdentity } from './domain/client-identity.js';

/** How many certificates have connections kept alive. */
export const MAX_IDENTITIES = 100;

/** A dispatcher for each client certificate: a connection opened under one must never serve another. */
export class IdentityDispatchers {
  readonly #open: LRUCache<string, Dispatcher>;
  readonly #leaving = new Set<Dispatcher>();

  constructor(
    private readonly policy: OutboundPolicy,
    max = MAX_IDENTITIES,
  ) {
    this.#open = new LRUCache({ max, dispose: (dispatcher) => this.#leave(dispatcher) });
  }

  of(identity: ClientIdentity): Dispatcher {
    let dispatcher = this.#open.get(identity.id);
    if (!dispatcher) this.#open.set(identity.id, (dispatcher = createOutboundDispatcher(this.policy, undefined, identity)));
    return dispatcher;
  }

  /** Breaks off what is still under way. */
  async destroy(): Promise<void> {
    const all = [...this.#open.values(), ...this.#leaving];
    await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }

  /** Lets requests under way end, then closes the connections. */
  #leave(dispatcher: Dispatcher): void {
    this.#leaving.add(dispatcher);
    const gone = () => void this.#leaving.delete(dispatcher);
    dispatcher.close().then(gone, gone); // closing fails where it has been broken off
  }
}
