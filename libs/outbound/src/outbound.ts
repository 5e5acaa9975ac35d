import { LRUCache } from 'lru-cache';
import type { UrlPolicy } from '#libs/contracts';
import { overlaid } from './domain/outbound-policy.js';
import type { OutboundPolicy } from './domain/policy.js';
import { OutboundConnections } from './outbound-connections.js';
import { rememberingResolver, type Resolve } from './resolver.js';

/** How many policies of environments have connections kept alive. */
const POLICIES_KEPT = 100;

export interface OutboundOptions {
  /** Instead of the system's resolver. */
  readonly resolve?: Resolve | undefined;
  readonly policiesKept?: number | undefined;
}

/** Ways out of this process: under the server's policy, and under those of environments that are laid over it. */
export class Outbound {
  readonly #resolve: Resolve;
  readonly #server: OutboundConnections;
  /** By what they say: environments that say the same share connections. */
  readonly #environments: LRUCache<string, OutboundConnections>;
  readonly #leaving = new Set<OutboundConnections>();
  /** A policy comes with each call; its text is made once for each object. */
  readonly #keys = new WeakMap<UrlPolicy, string>();

  constructor(
    readonly policy: OutboundPolicy,
    { resolve, policiesKept = POLICIES_KEPT }: OutboundOptions = {},
  ) {
    this.#resolve = rememberingResolver(resolve);
    this.#server = new OutboundConnections(policy, { resolve: this.#resolve });
    this.#environments = new LRUCache({ max: policiesKept, dispose: (connections) => this.#letGo(connections) });
  }

  /**
   * The way out of an environment, or of the server where it has no policy of its own. To be asked for with every request: what has not
   * been for long is closed.
   */
  under(own: UrlPolicy | undefined): OutboundConnections {
    if (own === undefined) return this.#server;
    const key = this.#keyOf(own);
    let connections = this.#environments.get(key);
    if (!connections) {
      this.#environments.set(
        key,
        (connections = new OutboundConnections(overlaid(this.policy, own), { resolve: this.#resolve })),
      );
    }
    return connections;
  }

  /** Breaks off what is still under way. */
  async destroy(): Promise<void> {
    const all = [this.#server, ...this.#environments.values(), ...this.#leaving];
    await Promise.all(all.map((connections) => connections.destroy()));
  }

  #keyOf(own: UrlPolicy): string {
    let key = this.#keys.get(own);
    if (key === undefined) this.#keys.set(own, (key = textOf(own)));
    return key;
  }

  #letGo(connections: OutboundConnections): void {
    this.#leaving.add(connections);
    void connections.close().finally(() => this.#leaving.delete(connections));
  }
}

/** The same for policies that say the same, in whatever order. */
const textOf = (own: UrlPolicy): string =>
  JSON.stringify(Object.entries(own).toSorted(([left], [right]) => (left < right ? -1 : 1)));
