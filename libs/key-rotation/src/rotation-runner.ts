import { Injectable } from '@nestjs/common';
import { LeaderLease } from '#libs/database';
import { Ticker } from '#libs/ticker';
import { Rotator } from './rotator.js';
import { RotationsRepository } from './rotations.repository.js';

const EVERY_MS = 2_000;
const LEASE = 'key-rotation';
const LEASE_MS = 15_000;
const EXTEND_AFTER_MS = LEASE_MS / 3;

/** Takes an open rotation further, in one process at a time; whoever finds it first goes on with what another one left. */
@Injectable()
export class RotationRunner extends Ticker {
  #heldAt = 0;

  constructor(
    private readonly rotations: RotationsRepository,
    private readonly rotator: Rotator,
    private readonly lease: LeaderLease,
  ) {
    super(EVERY_MS);
  }

  protected async tick(): Promise<void> {
    const rotation = await this.rotations.current();
    if (!rotation || !this.rotator.canAdvance(rotation)) return;
    if (!(await this.#hold())) return;
    try {
      await this.rotator.advance(rotation, () => this.#goOn());
    } finally {
      await this.lease.release(LEASE);
    }
  }

  async #goOn(): Promise<boolean> {
    if (this.isStopped) return false;
    return performance.now() - this.#heldAt < EXTEND_AFTER_MS || this.#hold();
  }

  async #hold(): Promise<boolean> {
    const held = await this.lease.hold(LEASE, LEASE_MS);
    if (held) this.#heldAt = performance.now();
    return held;
  }
}
