import { LRUCache } from 'lru-cache';
import type { Agent, Dispatcher } from 'undici';
import { createOutboundDispatcher, type OutboundPolicy } from '#libs/outbound';
import type { ClientIdentity } from './domain/client-identity.js';

/** How many certificates have connections kept alive. */
const MAX_IDENTITIES = 100;

/** A dispatcher for each client certificate: a connection opened under one must never serve another. */
export class IdentityDispatchers {
  readonly #open: LRUCache<string, Agent>;
  /** Those of dispatchers on their way out too, which these themselves lose sight of. */
  readonly #connections = new Set<Dispatcher>();

  constructor(
    private readonly policy: OutboundPolicy,
    max = MAX_IDENTITIES,
  ) {
    this.#open = new LRUCache({ max, dispose: letGo });
  }

  of(identity: ClientIdentity): Dispatcher {
    let dispatcher = this.#open.get(identity.id);
    if (!dispatcher) this.#open.set(identity.id, (dispatcher = this.#dispatcher(identity)));
    return dispatcher;
  }

  /** Breaks off what is still under way. */
  async destroy(): Promise<void> {
    await Promise.all([...this.#open.values(), ...this.#connections].map((dispatcher) => dispatcher.destroy()));
  }

  #dispatcher(identity: ClientIdentity): Agent {
    return createOutboundDispatcher(this.policy, undefined, identity)
      .on('connect', (_origin, targets) => void this.#connections.add(targets.at(-1)!))
      .on('disconnect', (_origin, targets) => void this.#connections.delete(targets.at(-1)!));
  }
}

/** Requests under way end, then the connections close. */
function letGo(dispatcher: Agent): void {
  if (!dispatcher.destroyed) void dispatcher.close();
}
