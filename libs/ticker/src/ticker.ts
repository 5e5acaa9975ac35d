import { type BeforeApplicationShutdown, Logger, type OnApplicationBootstrap } from '@nestjs/common';

/** Work that is done again and again, one round at a time. A round that fails is logged; the next one comes all the same. */
export abstract class Ticker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  protected readonly log = new Logger(this.constructor.name);
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #isStopped = false;

  /** @param everyMs between the end of a round and the start of the next; 0: there are none */
  constructor(private readonly everyMs: number) {}

  protected abstract tick(): Promise<unknown>;

  /** Whether the process is shutting down: a long round looks at it between its steps. */
  protected get isStopped(): boolean {
    return this.#isStopped;
  }

  onApplicationBootstrap(): void {
    if (this.everyMs === 0) return;
    this.#round = this.#run();
  }

  /** Resolves once the round that runs has ended. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  async #run(): Promise<void> {
    try {
      await this.tick();
    } catch (error) {
      this.log.error({ err: error }, 'a round failed and is tried again');
    }
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#run();
    }, this.everyMs);
  }
}
