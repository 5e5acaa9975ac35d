import type { ConnectionLease, LeaseRequest } from '#libs/contracts';

/** A run asks again after this time: credentials may have been replaced meanwhile. */
const RENEW_AFTER_MS = 5 * 60_000;
/** Credentials that end this soon are asked for anew, but no more often than this. */
const ENDS_SOON_MS = 60_000;
const ASK_AGAIN_MS = 30_000;

interface Known {
  readonly lease: ConnectionLease;
  readonly askedAt: number;
}

export interface LeaseOf {
  /** The run's own connection where a part is not given. */
  readonly providerConfigKey?: string | undefined;
  readonly connectionId?: string | undefined;
  readonly forceRefresh?: boolean | undefined;
  /** How old an answer may be that is known already. */
  readonly maxAgeMs?: number | undefined;
  /** What the provider has just refused. */
  readonly refused?: ConnectionLease | undefined;
}

/** Credentials a run uses. They outlive neither the run nor their own expiry; concurrent calls share one question to the server. */
export class Leases {
  readonly #known = new Map<string, Known>();
  readonly #asked = new Map<string, Promise<ConnectionLease>>();
  readonly #own: { readonly providerConfigKey: string; readonly connectionId: string };

  constructor(
    own: ConnectionLease,
    private readonly ask: (request: LeaseRequest) => Promise<ConnectionLease>,
    private readonly onRenewalFailed: (error: unknown) => void,
  ) {
    this.#own = { providerConfigKey: own.integration.uniqueKey, connectionId: String(own.connection['connection_id']) };
    this.#known.set(keyOf(this.#own), { lease: own, askedAt: Date.now() });
  }

  /** @throws HostError when the connection cannot be had */
  async of({ providerConfigKey, connectionId, forceRefresh = false, maxAgeMs, refused }: LeaseOf = {}): Promise<ConnectionLease> {
    const request = {
      providerConfigKey: providerConfigKey ?? this.#own.providerConfigKey,
      connectionId: connectionId ?? this.#own.connectionId,
    };
    const known = this.#known.get(keyOf(request));
    if (forceRefresh || refused) {
      if (known && refused && isNewer(known.lease, refused)) return known.lease;
      return this.#askOnce({
        ...request,
        forceRefresh,
        rejected: refused !== undefined,
        rejectedVersion: refused?.credentialsVersion,
      });
    }
    if (!known) return this.#askOnce(request);
    if (!isStale(known, Date.now(), maxAgeMs)) return known.lease;
    return this.#askOnce(request).catch((error: unknown) => {
      this.onRenewalFailed(error);
      this.#known.set(keyOf(request), { ...known, askedAt: Date.now() });
      return known.lease;
    });
  }

  /** What a run changed on its own connection shows at once. */
  changeOwn(connection: Record<string, unknown>): void {
    const known = this.#known.get(keyOf(this.#own));
    if (!known) return;
    const lease = { ...known.lease, connection: { ...known.lease.connection, ...connection } };
    this.#known.set(keyOf(this.#own), { ...known, lease });
  }

  #askOnce(request: LeaseRequest): Promise<ConnectionLease> {
    const key = keyOf(request);
    const question = `${key} ${request.forceRefresh ?? false} ${request.rejected ?? false}`;
    const asked = this.#asked.get(question) ?? this.#learn(key, request).finally(() => this.#asked.delete(question));
    this.#asked.set(question, asked);
    return asked;
  }

  async #learn(key: string, request: LeaseRequest): Promise<ConnectionLease> {
    const lease = await this.ask(request);
    this.#known.set(key, { lease, askedAt: Date.now() });
    return lease;
  }
}

const keyOf = (of: { providerConfigKey: string; connectionId: string }): string =>
  JSON.stringify([of.providerConfigKey, of.connectionId]);

/** Another call of the run has got new credentials meanwhile. */
const isNewer = ({ credentialsVersion: known }: ConnectionLease, { credentialsVersion: refused }: ConnectionLease): boolean =>
  known !== undefined && refused !== undefined && known > refused;

function isStale({ lease, askedAt }: Known, now: number, maxAgeMs = RENEW_AFTER_MS): boolean {
  const age = now - askedAt;
  if (age > maxAgeMs) return true;
  const credentials = lease.connection['credentials'] as { expires_at?: unknown } | null | undefined;
  const endsAt = typeof credentials?.expires_at === 'string' ? Date.parse(credentials.expires_at) : Number.NaN;
  return age > ASK_AGAIN_MS && endsAt < now + ENDS_SOON_MS;
}
