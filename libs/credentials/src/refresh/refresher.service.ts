import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { AuthModes } from '#libs/auth-modes';
import { AppError, type ErrorCode, ERRORS } from '#libs/kernel';
import { counter, histogram } from '#libs/metrics';
import { Catalogue, type Provider } from '#libs/providers';
import type { Connection } from '../credentials.types.js';
import { type CachedConnection, type LeaseKey, Leases } from '../leases.js';
import { hasRecovered, isStillValid, refreshDecision, type Wish } from './domain/refresh-decision.js';
import { REFRESH_RUNNER, type RefreshResult, type RefreshRunner } from './refresh.types.js';
import { RefreshReports } from './refresh-reports.js';
import { TokenIntrospector } from './token-introspector.js';

const refreshes = counter('fairlead.credentials.refreshes');
const refreshedIn = histogram('fairlead.credentials.refreshed_in');

const NO_WISH: Wish = { forced: false, rejected: false };

/** What a refresh came to, for all who waited for it. */
type Outcome = { readonly found: CachedConnection } | { readonly error: AppError; readonly permanent: boolean };

/** Hands out connections whose credentials can be used, renewing them first where that is due (spec/auth.md §4). */
@Injectable()
export class Refresher implements BeforeApplicationShutdown {
  /** One refresh of a connection at a time in this process; those who come later share its result. */
  readonly #underWay = new Map<number, Promise<Outcome>>();

  constructor(
    private readonly leases: Leases,
    private readonly catalogue: Catalogue,
    private readonly modes: AuthModes,
    private readonly reports: RefreshReports,
    private readonly introspector: TokenIntrospector,
    @Inject(REFRESH_RUNNER) private readonly runner: RefreshRunner,
  ) {}

  /**
   * The connection with usable credentials. Costs nothing while they are fresh.
   * @throws AppError `connection_refresh_exhausted`, `connection_refresh_backoff` (424), `refresh_token_external_error` (400); all of
   * them only when the token at hand cannot be used any more
   */
  async usable(key: LeaseKey, found: CachedConnection, wish: Wish = NO_WISH): Promise<CachedConnection> {
    if (found.usableUntil > Date.now() && wish === NO_WISH) return found;
    const { connection } = found;
    const provider = this.catalogue.get(connection.provider) as Provider;
    if (hasRecovered(connection)) return this.#afterRecovery(key, found, provider, wish);
    const subject = { provider, integration: found.integration, connectionConfig: connection.connectionConfig };
    if (!this.modes.isRenewable(subject, connection.credentials)) return found;
    const now = new Date();
    const freshness = await this.introspector.freshness(connection, subject, now);
    const decision = refreshDecision(connection, freshness, wish, now);
    if (decision === 'use') return found;
    if (decision === 'refresh') {
      const outcome = await this.#once(connection, () => this.#renew(key, found, provider));
      if ('found' in outcome) return outcome.found;
      if (!wish.forced && !outcome.permanent && isStillValid(connection, now)) return found;
      throw outcome.error;
    }
    if (isStillValid(connection, now)) return found;
    throw decision === 'exhausted'
      ? new AppError('connection_refresh_exhausted', 'renewing the credentials has failed for days: the user must connect again')
      : new AppError('connection_refresh_backoff', 'renewing the credentials failed less than 30 seconds ago: try again later');
  }

  /** Before the connections to the stores are closed: what was begun is finished. */
  beforeApplicationShutdown(): Promise<void> {
    return this.runner.close();
  }

  /** Those who ask while something is done about a connection share its outcome. */
  #once({ id }: Connection, work: () => Promise<Outcome>): Promise<Outcome> {
    const underWay = this.#underWay.get(id);
    if (underWay) return underWay;
    const running = work().finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, running);
    return running;
  }

  async #afterRecovery(key: LeaseKey, found: CachedConnection, provider: Provider, wish: Wish): Promise<CachedConnection> {
    const outcome = await this.#once(found.connection, async () => ({ found: await this.#recover(key, found, provider) }));
    if ('found' in outcome) return this.usable(key, outcome.found, wish);
    throw outcome.error;
  }

  async #renew(key: LeaseKey, found: CachedConnection, provider: Provider): Promise<Outcome> {
    const { id: rowId, environmentId, credentialsVersion } = found.connection;
    const begunAt = performance.now();
    const result = await this.runner.run({ environmentId, rowId, provider, credentialsVersion });
    refreshedIn.record({}, (performance.now() - begunAt) / 1000);
    refreshes.add({ auth_mode: provider.auth_mode, outcome: outcomeOf(result) });
    if (result.kind === 'nothing') return { found };
    this.leases.changed(found.connection);
    if (result.kind === 'failed') {
      const error = errorOf(result);
      if (error.code !== 'connection_refresh_backoff') {
        await this.reports.failed(found.connection, provider.auth_mode, 'refresh_token', error);
      }
      return { error, permanent: result.permanent };
    }
    const renewed = await this.leases.get(key);
    return { found: hasRecovered(renewed.connection) ? await this.#recover(key, renewed, provider) : renewed };
  }

  async #recover(key: LeaseKey, found: CachedConnection, provider: Provider): Promise<CachedConnection> {
    await this.reports.recovered(found.connection, provider.auth_mode, 'refresh_token');
    this.leases.changed(found.connection);
    return this.leases.get(key);
  }
}

const outcomeOf = (result: RefreshResult): string => (result.kind === 'failed' && result.permanent ? 'rejected' : result.kind);

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

function errorOf({ code, message }: Extract<RefreshResult, { kind: 'failed' }>): AppError {
  if (isErrorCode(code) && (ERRORS[code].fault !== 'us' || code === 'database_unavailable')) return new AppError(code, message);
  return new AppError('refresh_token_external_error', `renewing the credentials failed: ${message}`);
}
