import { setTimeout as delay } from 'node:timers/promises';
import type { AuthModes, Minted } from '#libs/auth-modes';
import { inTime, messageOf, toAppError } from '#libs/kernel';
import type { ConnectionReads } from '../connection-reads.repository.js';
import type { Connection, Integration } from '../credentials.types.js';
import type { HeldLease, RefreshLeases } from './refresh-lease.js';
import type { RefreshRows } from './refresh-rows.repository.js';
import type { RefreshStash } from './refresh-stash.js';
import type { RefreshOrder, RefreshResult, RefreshRunner } from './refresh.types.js';

/** Seen under the lease: still to be renewed. */
interface Current {
  readonly integration: Integration;
  readonly connection: Connection;
}

/** Where the steps of a refresh are; parts that talk to the world. */
export interface RefreshParts {
  readonly leases: RefreshLeases;
  readonly reads: ConnectionReads;
  readonly rows: RefreshRows;
  readonly stash: RefreshStash;
  readonly modes: AuthModes;
}

/** A database that is away for a moment must not cost a token: this long, the new credentials are offered to it again. */
const STORE_FOR_MS = 60_000;
const STORE_AGAIN_MS = 100;
const STORE_AGAIN_MAX_MS = 5_000;
const STASH_MS = 2_000;
/** The last holder may have renewed the token and be about to write it. */
const ORPHAN_LOOKS = 10;
const LOOK_AGAIN_MS = 300;

/**
 * One refresh, straight through (design §4): lease, look again, ask the provider, store by compare-and-set, give the lease back. No
 * transaction and no row lock is open while the provider is asked.
 */
export class RefreshExecution implements RefreshRunner {
  readonly #underWay = new Set<Promise<RefreshResult>>();

  constructor(private readonly parts: RefreshParts) {}

  run(order: RefreshOrder): Promise<RefreshResult> {
    const running = this.#run(order).finally(() => this.#underWay.delete(running));
    this.#underWay.add(running);
    return running;
  }

  async close(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #run(order: RefreshOrder): Promise<RefreshResult> {
    try {
      return await this.parts.leases.hold(`${order.environmentId}:${order.rowId}`, (lease) => this.#renew(order, lease));
    } catch (thrown) {
      return failed(thrown);
    }
  }

  async #renew(order: RefreshOrder, lease: HeldLease): Promise<RefreshResult> {
    const current = await this.#look(order);
    if ('kind' in current) return current;
    const stashed = await this.parts.stash.find(order);
    if (stashed) return this.#store(order, stashed, true);
    let minted: Minted | null;
    try {
      minted = await this.#ask(order, current);
    } catch (thrown) {
      return this.#explain(order, lease, failed(thrown));
    }
    return minted ? this.#store(order, minted) : { kind: 'nothing' };
  }

  /** The row again, now that nobody else renews it. */
  async #look({ environmentId, rowId, credentialsVersion }: RefreshOrder): Promise<Current | RefreshResult> {
    const found = await this.parts.reads.findByRow(environmentId, rowId);
    if (!found?.connection) return { kind: 'gone' };
    if (found.connection.credentialsVersion !== credentialsVersion) return { kind: 'superseded' };
    return { integration: found.integration, connection: found.connection };
  }

  #ask({ provider }: RefreshOrder, { integration, connection }: Current): Promise<Minted | null> {
    const subject = { provider, integration, connectionConfig: connection.connectionConfig };
    return this.parts.modes.refresh(subject, connection.credentials);
  }

  /**
   * A refused grant may have been used up a moment ago, by somebody whose lease ran out meanwhile (the row tells), or by a holder that
   * never came back: then it may still be on its way.
   */
  async #explain(order: RefreshOrder, { orphaned }: HeldLease, failure: RefreshResult): Promise<RefreshResult> {
    if (failure.kind !== 'failed' || !failure.permanent) return failure;
    for (let looks = orphaned ? ORPHAN_LOOKS : 1; looks > 0; looks -= 1) {
      const now = await this.#look(order);
      if ('kind' in now) return now;
      if (looks > 1) await delay(LOOK_AGAIN_MS);
    }
    return failure;
  }

  /**
   * New credentials are durable before the old ones are forgotten; until the database takes them they wait, sealed, in Redis. Either
   * may be away: the other is tried all the same.
   */
  async #store(order: RefreshOrder, minted: Minted, isStashed = false): Promise<RefreshResult> {
    const until = Date.now() + STORE_FOR_MS;
    let stashed = isStashed;
    for (let wait = STORE_AGAIN_MS; ; wait = Math.min(wait * 2, STORE_AGAIN_MAX_MS)) {
      try {
        const stored = await this.parts.rows.store(order, minted);
        // What stays there ends by itself, and nobody looks for it: the row has another version now.
        if (stashed) await within(this.parts.stash.drop(order));
        return { kind: stored ? 'refreshed' : 'superseded' };
      } catch (error) {
        stashed ||= await within(this.parts.stash.put(order, minted));
        if (Date.now() > until) throw error;
        await delay(wait);
      }
    }
  }
}

/** Whether Redis did it: it may be away as well, and must not keep the database waiting. */
function within(work: Promise<unknown>): Promise<boolean> {
  const done = work.then(
    () => true,
    () => false,
  );
  return inTime(done, STASH_MS, () => false);
}

function failed(thrown: unknown): RefreshResult {
  const { code, message, payload } = toAppError(thrown);
  const permanent = (payload as { permanent?: unknown } | undefined)?.permanent === true;
  return { kind: 'failed', code, message: message || messageOf(thrown), permanent };
}
