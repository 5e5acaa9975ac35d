import { setTimeout as delay } from 'node:timers/promises';
import type { ManagedProcess, ProcessExit } from './managed-process.js';

/** A process that is started again whenever it ends by itself. */
export interface Supervised {
  /** Of the process that runs now. */
  readonly pid: number;
  /** Settles, with the reason, when the process keeps ending and is no longer restarted. Never settles otherwise. */
  readonly gaveUp: Promise<Error>;
  /** Ends the process for good. */
  stop(): Promise<void>;
}

export interface SupervisorOptions {
  readonly name: string;
  /** Starts the process and answers when it can be used. */
  readonly launch: () => Promise<ManagedProcess>;
  /** Told about every unexpected end, before the restart. */
  readonly onExit?: (exit: ProcessExit) => void;
  /** Told about every process started, the first one included. */
  readonly onStart?: (pid: number) => void;
}

const RESTARTS_IN_WINDOW = 5;
const WINDOW_MS = 60_000;
const PAUSE_MS = 100;

/** Starts a process and keeps it running. @throws whatever the first launch throws */
export async function supervise(options: SupervisorOptions): Promise<Supervised> {
  const supervisor = new Supervisor(options);
  await supervisor.start();
  return supervisor;
}

class Supervisor implements Supervised {
  readonly gaveUp: Promise<Error>;
  #giveUp!: (reason: Error) => void;
  #process!: ManagedProcess;
  #restart: Promise<void> | undefined;
  #stopping = false;
  #restartedAt: number[] = [];

  constructor(private readonly options: SupervisorOptions) {
    this.gaveUp = new Promise((resolve) => {
      this.#giveUp = resolve;
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  async start(): Promise<void> {
    this.#process = await this.options.launch();
    this.options.onStart?.(this.#process.pid);
    void this.#process.exited.then((exit) => this.#ended(exit));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#restart;
    await this.#process.stop();
  }

  #ended(exit: ProcessExit): void {
    if (this.#stopping) return;
    this.options.onExit?.(exit);
    this.#restart = this.#startAgain().catch((cause: unknown) => {
      this.#giveUp(new Error(`${this.options.name} ended and could not be started again`, { cause }));
    });
  }

  async #startAgain(): Promise<void> {
    const now = Date.now();
    this.#restartedAt = [...this.#restartedAt.filter((at) => at > now - WINDOW_MS), now];
    if (this.#restartedAt.length > RESTARTS_IN_WINDOW) {
      this.#giveUp(new Error(`${this.options.name} keeps ending: ${RESTARTS_IN_WINDOW} restarts within a minute did not help`));
      return;
    }
    await delay(PAUSE_MS * this.#restartedAt.length);
    if (!this.#stopping) await this.start();
  }
}
