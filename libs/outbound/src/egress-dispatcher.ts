import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { type Agent, type buildConnector, Dispatcher } from 'undici';
import { egressProxyOf } from './domain/egress.js';
import type { Egress } from './domain/egress.types.js';
import { unbracketed } from './domain/hosts.js';
import type { OutboundPolicy } from './domain/policy.js';
import { decideProxiedHost } from './domain/proxied-host.js';
import { type EgressProxy, forwardProxy, tunnelProxy } from './egress-proxy.js';
import { RefusedAddress } from './refused-address.js';
import type { Resolve } from './resolver.js';

interface EgressParts {
  /** For what goes past the proxies. */
  readonly direct: Agent;
  readonly policy: OutboundPolicy;
  readonly egress: Egress;
  readonly resolve: Resolve;
  /** Towards targets, through the proxy. */
  readonly tls: buildConnector.BuildOptions;
}

/** Behind an egress proxy names of the Internet often do not resolve, and a resolver that is shut off takes its time to say so. */
const RESOLVE_MS = 2_000;
const ORIGINS_KEPT = 2_000;

/** What is known of an origin's way: undefined leads straight there. */
interface Way {
  readonly proxy: EgressProxy | undefined;
  /** Without brackets. */
  readonly host: string;
}

/**
 * Sends requests through the egress proxy that is in charge of their target: a tunnel (CONNECT) to https targets, requests in absolute
 * form to http ones. The proxy dials, so the policy is applied before it is asked; its own address is the operator's word.
 */
export class EgressDispatcher extends Dispatcher {
  readonly #proxies = new Map<string, EgressProxy>();
  readonly #ways = new LRUCache<string, Way>({ max: ORIGINS_KEPT });

  constructor(private readonly parts: EgressParts) {
    super();
    this.#tellOf(parts.direct);
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { proxy, host } = this.#wayTo(String(options.origin));
    if (!proxy) return this.parts.direct.dispatch(options, handler);
    this.#judge(host, (refusal) => {
      try {
        if (refusal) throw refusal;
        proxy.dispatch(forProxy(options), handler);
      } catch (error) {
        // Nobody else is there to catch it: this may be a later turn. As with undici's own, there is no controller yet.
        handler.onResponseError?.(null as never, error as Error);
      }
    });
    return true;
  }

  override async close(): Promise<void> {
    await Promise.all(this.#dispatchers().map((dispatcher) => dispatcher.close()));
  }

  override async destroy(): Promise<void> {
    await Promise.all(this.#dispatchers().map((dispatcher) => dispatcher.destroy()));
  }

  #dispatchers(): Dispatcher[] {
    return [this.parts.direct, ...[...this.#proxies.values()].map(({ pool }) => pool)];
  }

  #wayTo(origin: string): Way {
    const known = this.#ways.get(origin);
    if (known) return known;
    const { protocol, hostname } = new URL(origin);
    const address = egressProxyOf(origin, this.parts.egress);
    const proxy = address === undefined ? undefined : this.#proxy(protocol, address);
    const way = { proxy, host: unbracketed(hostname) };
    this.#ways.set(origin, way);
    return way;
  }

  #proxy(protocol: string, address: string): EgressProxy {
    let proxy = this.#proxies.get(protocol);
    if (!proxy) {
      const watch = this.#tellOf.bind(this);
      proxy = protocol === 'https:' ? tunnelProxy(address, this.parts.tls, watch) : forwardProxy(address, watch);
      this.#proxies.set(protocol, proxy);
    }
    return proxy;
  }

  /** Those who keep count of connections hear of these as of any agent's. */
  #tellOf<Source extends Dispatcher>(source: Source): Source {
    source.on('connect', (origin, targets) => void this.emit('connect', origin, [this, ...targets]));
    source.on('disconnect', (origin, targets, error) => void this.emit('disconnect', origin, [this, ...targets], error));
    return source;
  }

  /** In the same turn where the answer is remembered. */
  #judge(host: string, done: (refusal: RefusedAddress | undefined) => void): void {
    const decide = (addresses: readonly string[]) => {
      const verdict = decideProxiedHost(host, addresses, this.parts.policy);
      done(verdict.allowed ? undefined : new RefusedAddress(verdict.reason));
    };
    if (isIP(host) !== 0) return decide([]);
    resolvedInTime(this.parts.resolve, host, decide);
  }
}

/** What a caller says to the proxy is not passed on: that is the operator's to say. */
function forProxy(options: Dispatcher.DispatchOptions): Dispatcher.DispatchOptions {
  const { 'proxy-authorization': own, ...headers } = (options.headers ?? {}) as Record<string, string>;
  return own === undefined ? options : { ...options, headers };
}

/** The addresses of a name; none where it has none here, or nobody says so in time. */
function resolvedInTime(resolve: Resolve, host: string, done: (addresses: readonly string[]) => void): void {
  let isDone = false;
  const once = (addresses: readonly string[]) => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    done(addresses);
  };
  let timer: NodeJS.Timeout | undefined;
  resolve(host, { all: true }, (error, addresses) => once(error ? [] : addresses.map(({ address }) => address)));
  if (!isDone) timer = setTimeout(once, RESOLVE_MS, []);
}
