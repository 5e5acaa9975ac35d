import { Inject, Injectable } from '@nestjs/common';
import { DataKeys, KeyPoll, RootKeys } from '#libs/crypto';
import { nextStep } from './domain/next-step.js';
import { Resealer, ROTATION_OPTIONS, type RotationOptions, RotationProblem } from './resealer.js';
import { RotationsRepository } from './rotations.repository.js';
import type { Rotation } from './rotations.types.js';

/** Takes a rotation as far as it goes, in steps that may stop anywhere and be repeated. */
@Injectable()
export class Rotator {
  constructor(
    private readonly rotations: RotationsRepository,
    private readonly keys: DataKeys,
    private readonly roots: RootKeys,
    private readonly resealer: Resealer,
    private readonly poll: KeyPoll,
    @Inject(ROTATION_OPTIONS) private readonly options: RotationOptions,
  ) {}

  /** Whether this process has the keys a rotation is about. */
  canAdvance(rotation: Rotation): boolean {
    return rotation.state === 'running' && this.roots.find(rotation.rootFingerprint) !== undefined;
  }

  /**
   * Works until the rotation is done, waits for something or may not go on. What only a person can cure pauses it, and is in its note.
   * @param goOn asked between stretches
   */
  async advance(rotation: Rotation, goOn: () => Promise<boolean>): Promise<void> {
    try {
      await this.#advance(rotation, goOn);
    } catch (error) {
      if (!(error instanceof RotationProblem)) throw error;
      await this.rotations.setState('paused', error.message);
    }
  }

  async #advance(rotation: Rotation, goOn: () => Promise<boolean>): Promise<void> {
    await this.poll.refresh();
    const step = nextStep(rotation, await this.#facts(rotation), await this.keys.holders());
    await this.rotations.note(rotation.id, step.kind === 'wait' ? step.note : null);
    if (step.kind === 'rewrap') await this.#rewrap(rotation);
    if (step.kind === 'activate') await this.keys.activate(rotation.dataKeyId as number);
    if (step.kind === 'reseal') await this.#reseal(rotation, rotation.dataKeyId as number, goOn);
  }

  async #facts({ dataKeyId }: Rotation): Promise<{ activated: boolean; settled: boolean }> {
    if (dataKeyId === null) return { activated: false, settled: false };
    const row = (await this.keys.rows()).find(({ id }) => id === dataKeyId);
    return { activated: Boolean(row?.activated_at), settled: await this.keys.isOlderThan(dataKeyId, this.options.settleMs) };
  }

  async #rewrap(rotation: Rotation): Promise<void> {
    const root = this.roots.find(rotation.rootFingerprint);
    if (!root) return;
    await this.keys.rewrap(root, this.roots.list);
    await this.rotations.finish(rotation.id);
  }

  async #reseal(rotation: Rotation, keyId: number, goOn: () => Promise<boolean>): Promise<void> {
    await this.resealer.prepare(rotation);
    let progress = await this.resealer.step(rotation, keyId);
    while (progress === 'more' && (await goOn())) progress = await this.resealer.step(rotation, keyId);
    if (progress === 'finished') await this.rotations.finish(rotation.id);
  }
}
