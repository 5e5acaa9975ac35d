import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Keyring } from '#libs/crypto';
import type { RefreshOrder, RefreshResult } from '../refresh.types.js';
import type { FromKeeper, KeeperSetup, ToKeeper } from './messages.js';

const PROGRAM = fileURLToPath(new URL('keeper-main.js', import.meta.url));
const START_MS = 15_000;
/** It does little and holds little: memory before speed. */
const SMALL = ['--optimize-for-size', '--max-semi-space-size=1', '--max-old-space-size=96'];

/** A running keeper, seen from the service that started it. */
export class KeeperProcess {
  readonly #waiting = new Map<number, (result: RefreshResult) => void>();
  readonly #exited: Promise<unknown>;
  #nextId = 1;
  #hasEnded = false;

  private constructor(private readonly child: ChildProcess) {
    this.#exited = once(child, 'exit').then(() => this.#ended());
    child.on('message', (message: FromKeeper) => {
      if (message.type === 'result') this.#tell(message.id, message.result);
    });
  }

  /** @throws Error when it does not start, or says why it cannot work */
  static async start(setup: KeeperSetup, startMs = START_MS): Promise<KeeperProcess> {
    // A process group of its own: signals to the service's group are not meant for the keeper.
    const child = fork(PROGRAM, {
      detached: true,
      serialization: 'advanced',
      // Node reads it when it starts, so it cannot come over the pipe.
      env: setup.authorities === undefined ? {} : { NODE_EXTRA_CA_CERTS: setup.authorities },
      execArgv: SMALL,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const keeper = new KeeperProcess(child);
    keeper.#send({ type: 'setup', setup });
    try {
      await keeper.#begun(startMs);
    } catch (error) {
      // One that begins too late would wait for orders that nobody gives it.
      child.kill('SIGKILL');
      throw error;
    }
    return keeper;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  run(order: RefreshOrder, keyring: Keyring): Promise<RefreshResult> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      if (this.#hasEnded) this.#ended();
      else this.#send({ type: 'refresh', id, order, keyring });
    });
  }

  /** Nobody listens any more: it finishes what it began and ends. */
  async stop(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    await this.#exited;
  }

  /** @throws Error as of `start` */
  async #begun(withinMs: number): Promise<void> {
    const [answer] = (await Promise.race([
      once(this.child, 'message', { signal: AbortSignal.timeout(withinMs) }),
      this.#exited.then(() => [{ type: 'unusable', reason: 'it ended at once' } satisfies FromKeeper]),
    ])) as [FromKeeper];
    if (answer.type !== 'ready') {
      throw new Error(answer.type === 'unusable' ? answer.reason : 'it does not speak as expected');
    }
  }

  #send(message: ToKeeper): void {
    // A keeper that has gone is noticed by its exit.
    this.child.send(message, () => undefined);
  }

  #tell(id: number, result: RefreshResult): void {
    this.#waiting.get(id)?.(result);
    this.#waiting.delete(id);
  }

  #ended(): void {
    this.#hasEnded = true;
    for (const id of this.#waiting.keys()) this.#tell(id, LOST);
  }
}

const LOST: RefreshResult = {
  kind: 'failed',
  code: 'connection_refresh_backoff',
  message: 'the process that renews credentials ended; it is started again for the next attempt',
  permanent: false,
};
