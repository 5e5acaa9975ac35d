import { Injectable } from '@nestjs/common';
import { Database } from '#libs/database';
import { type DeployedFunction, Functions } from '#libs/functions';
import { AppError, type SyncId } from '#libs/kernel';
import { BASE_VARIANT } from './domain/checkpoint-keys.js';
import { formatFrequency, MIN_FREQUENCY_MS, parseFrequency } from './domain/frequency.js';
import { timingOf } from './domain/timing.js';
import { SyncsRepository } from './syncs.repository.js';
import { Syncs } from './syncs.service.js';
import type { SyncRef, SyncScope, SyncTarget } from './syncs.types.js';

/** Syncs of one function on one connection, the base variant included. */
const MAX_VARIANTS = 100;

/** Commands on the syncs of a connection, or of all connections of an integration (spec/api.md §3.7). */
@Injectable()
export class SyncCommands {
  constructor(
    private readonly db: Database,
    private readonly syncs: SyncsRepository,
    private readonly functions: Functions,
    private readonly lifecycle: Syncs,
  ) {}

  /** The syncs a caller names; none named means all. @throws AppError `no_syncs_found` */
  async select(scope: SyncScope, refs: readonly SyncRef[]): Promise<SyncTarget[]> {
    const targets = await this.syncs.targets(scope, refs);
    if (targets.length === 0) throw new AppError('no_syncs_found', 'no such sync');
    return targets;
  }

  /**
   * As `select`, of syncs that may run: those of disabled functions are left out where all were meant.
   * @throws AppError `no_syncs_found`, `disabled_resource` when a disabled one is named, or all are
   */
  async selectRunnable(scope: SyncScope, refs: readonly SyncRef[]): Promise<SyncTarget[]> {
    const targets = await this.select(scope, refs);
    const enabled = targets.filter(({ isEnabled }) => isEnabled);
    const refused = refs.length > 0 || enabled.length === 0 ? targets.find(({ isEnabled }) => !isEnabled) : undefined;
    if (refused) throw disabled(refused.name);
    return enabled;
  }

  /** Schedules run from now on; what is overdue runs at once. */
  start(targets: readonly SyncTarget[]): Promise<void> {
    return this.#setState(targets, 'started');
  }

  /** Schedules rest; a run that is on goes on to its end. */
  pause(targets: readonly SyncTarget[]): Promise<void> {
    return this.#setState(targets, 'paused');
  }

  /**
   * Gives a connection a frequency of its own, or the function's again (null). Answers the short form, such as `5m`, or the function's
   * own words. @throws AppError `invalid_body` for what is no frequency or under 30 s, `unknown_sync`
   */
  async updateFrequency(scope: SyncScope, ref: SyncRef, frequency: string | null): Promise<string> {
    const own = frequency === null ? null : readFrequency(frequency);
    const sync = await this.#get(scope, ref);
    const { definition } = await this.#functionOf(sync);
    const override = own === null ? null : formatFrequency(own);
    await this.db.transaction((tx) => this.syncs.setFrequency(tx, sync.id, override, own ?? timingOf(definition).frequencyMs));
    return override ?? definition.runs ?? '';
  }

  /** @throws AppError `invalid_variant`, `unknown_sync`, `disabled_resource`, `resource_capped`, `sync_variant_already_exists` */
  async createVariant(scope: SyncScope, { name, variant }: SyncRef): Promise<SyncId> {
    refuseBase(variant);
    const base = await this.#get(scope, { name, variant: BASE_VARIANT });
    if (!base.isEnabled) throw disabled(name);
    const { definition } = await this.#functionOf(base);
    return this.db.transaction(async (tx) => {
      await this.syncs.lock(tx, base.id);
      const id = await this.syncs.insertVariant(tx, base, variant, timingOf(definition));
      if (!id) throw new AppError('sync_variant_already_exists');
      if ((await this.syncs.countVariants(tx, base)) > MAX_VARIANTS) {
        throw new AppError('resource_capped', `a sync has at most ${MAX_VARIANTS} variants per connection`);
      }
      return id;
    });
  }

  /** @throws AppError `invalid_variant`, `not_found` */
  async deleteVariant(scope: SyncScope, ref: SyncRef): Promise<void> {
    refuseBase(ref.variant);
    const [sync] = await this.syncs.targets(scope, [ref]);
    if (!sync) throw new AppError('not_found', 'no such variant');
    await this.db.transaction(async (tx) => {
      await this.lifecycle.closeOne(tx, sync.id, 'the variant was deleted');
    });
  }

  async #setState(targets: readonly SyncTarget[], state: 'started' | 'paused'): Promise<void> {
    await this.db.transaction(async (tx) => {
      const held = await this.syncs.holdSome(
        tx,
        targets.map(({ id }) => id),
      );
      await this.syncs.setState(
        tx,
        held.map(({ id }) => id),
        state,
      );
    });
  }

  async #get(scope: SyncScope, ref: SyncRef): Promise<SyncTarget> {
    const [sync] = await this.syncs.targets(scope, [ref]);
    if (!sync) throw new AppError('unknown_sync');
    return sync;
  }

  async #functionOf({ environmentId, functionId }: SyncTarget): Promise<DeployedFunction> {
    const deployed = await this.functions.byId(environmentId, functionId);
    if (!deployed) throw new AppError('unknown_sync');
    return deployed;
  }
}

function readFrequency(text: string): number {
  const frequency = parseFrequency(text);
  if (frequency.ok) return frequency.ms;
  const why = frequency.problem === 'too_short' ? `must be at least ${MIN_FREQUENCY_MS / 1_000} seconds` : 'is no frequency';
  throw new AppError('invalid_body', `frequency ${why}`);
}

const disabled = (name: string) => new AppError('disabled_resource', `the function ${name} is disabled: enable it first`);

function refuseBase(variant: string): void {
  if (variant.toLowerCase() === BASE_VARIANT) throw new AppError('invalid_variant', `${variant} is the variant every sync has`);
}
