import { Injectable, Logger } from '@nestjs/common';
import { LeaderLease } from '#libs/database';
import { type Decision, Decisions } from '#libs/executions';
import { inTime } from '#libs/kernel';

const LEASE_MS = 15_000;
/** A step that takes longer waits for a store. A round of them stays below the lease, unless several wait at once. */
const STEP_MS = 3_000;

/** Steps that one process takes at a time, by a lease: for economy, since each is decided by compare-and-set, and two that take it do no harm. */
@Injectable()
export class LeaderSteps {
  readonly #log = new Logger(LeaderSteps.name);
  readonly #unfinished = new Set<string>();
  readonly #led = new Set<string>();

  constructor(
    private readonly lease: LeaderLease,
    private readonly decisions: Decisions,
  ) {}

  /** Whether this process leads in what the lease is named for. */
  async lead(name: string): Promise<boolean> {
    const led = this.#led.delete(name);
    if (!(await this.lease.hold(name, LEASE_MS))) return false;
    this.#led.add(name);
    if (!led) this.decisions.note('leader_taken', 1, { step: name });
    return true;
  }

  release(name: string): Promise<void> {
    return this.lease.release(name);
  }

  /**
   * A step that fails, or waits for a store that is away, keeps no other from its work, and is not begun again before it has ended.
   * @param decision counted as often as the step answers
   */
  async take(step: string, work: () => Promise<unknown>, decision?: Decision): Promise<void> {
    if (this.#unfinished.has(step)) return;
    this.#unfinished.add(step);
    await inTime(this.#attempt(step, work, decision), STEP_MS, () => this.decisions.note('step_late', 1, { step }));
  }

  async #attempt(step: string, work: () => Promise<unknown>, decision: Decision | undefined): Promise<void> {
    try {
      const result = await work();
      if (decision) this.decisions.note(decision, Number(result), { step });
    } catch (error) {
      this.#log.error({ err: error }, `${step}: the step failed and is tried again`);
    } finally {
      this.#unfinished.delete(step);
    }
  }
}
