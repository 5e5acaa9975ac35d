import { Inject, Injectable, Logger } from '@nestjs/common';
import { executionKind, type ExecutionKind } from '#libs/contracts';
import { Database } from '#libs/database';
import { type EnvironmentId, inTime, messageOf } from '#libs/kernel';
import { Admission, EXECUTIONS_OPTIONS } from './admission.js';
import { CapsRepository } from './caps.repository.js';
import { Dispatcher } from './dispatcher.js';
import { type Caps, capsInForce, capsText, type OwnCaps } from './domain/caps.js';
import type { ExecutionsOptions } from './executions.config.js';

/** What an environment may have of a kind, and what it has. */
export interface CapsReport {
  readonly kind: ExecutionKind;
  readonly own: OwnCaps;
  readonly inForce: Caps;
  /** Undefined while Redis cannot say. */
  readonly load: { readonly waiting: number; readonly running: number } | undefined;
}

const NONE: OwnCaps = { maxRunning: null, maxQueued: null, weight: null, maxRunningPerConnection: null };
const PATIENCE_MS = 2_000;

/**
 * What operators let single environments have at run time (spec/engine.md §11.5, 16 and 17). The table is the truth; admission, which all
 * processes share, reads a copy that `publishChanged` brings into step.
 */
@Injectable()
export class ExecutionCaps {
  readonly #log = new Logger(ExecutionCaps.name);

  constructor(
    private readonly db: Database,
    private readonly repository: CapsRepository,
    private readonly admission: Admission,
    private readonly dispatcher: Dispatcher,
    @Inject(EXECUTIONS_OPTIONS) private readonly options: ExecutionsOptions,
  ) {}

  /** By kind, with those of which nothing is set. */
  async report(environmentId: EnvironmentId): Promise<CapsReport[]> {
    const rows = new Map((await this.repository.of(environmentId)).map((row) => [row.kind, row]));
    return Promise.all(
      executionKind.options.map(async (kind) => ({
        kind,
        own: rows.get(kind) ?? NONE,
        inForce: capsInForce(kind, rows.get(kind), this.options),
        load: await this.#load(kind, environmentId),
      })),
    );
  }

  /** Replaces all caps of an environment. In force at once; within a second of Redis’ return where that is away. */
  async replace(environmentId: EnvironmentId, caps: ReadonlyMap<ExecutionKind, OwnCaps>): Promise<void> {
    await this.db.transaction((tx) => this.repository.replace(tx, environmentId, caps));
    try {
      await inTime(this.#publish(), PATIENCE_MS, () => undefined);
    } catch (error) {
      this.#log.warn(`new caps are left to the orchestrator: ${messageOf(error)}`);
    }
  }

  /** Has admission follow the table, where it does not: somebody died between the two, or Redis was emptied. */
  async publishChanged(): Promise<void> {
    const [version, known] = await Promise.all([this.repository.version(), this.admission.limitVersions(executionKind.options)]);
    if (known.some((one) => (one ?? '') !== version)) await this.#publish();
  }

  /** Each kind is replaced with its version: what an older reading overwrote is noticed. */
  async #publish(): Promise<void> {
    const { rows, version } = await this.repository.all();
    for (const kind of executionKind.options) {
      const limits = rows
        .filter((row) => row.kind === kind)
        .map((row) => ({ environmentId: row.environmentId, text: capsText(row) }));
      await this.dispatcher.limit(kind, version, limits);
    }
  }

  async #load(kind: ExecutionKind, environmentId: EnvironmentId): Promise<CapsReport['load']> {
    try {
      return await inTime(this.admission.load(kind, environmentId), PATIENCE_MS, () => undefined);
    } catch (error) {
      this.#log.warn(`Redis cannot say how many wait: ${messageOf(error)}`);
      return undefined;
    }
  }
}
