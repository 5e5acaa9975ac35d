import { closeSync, openSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startProcess } from '#libs/embedded';

const CLOCK = new URL('./stepped-clock.mjs', import.meta.url).href;
const READY_WITHIN_MS = 90_000;
const LOOK_EVERY_MS = 100;
const ASK_MS = 2_000;
/** A process that ends is started again, as an orchestrator of containers does. */
const PAUSE_MS = 300;

/** One process of a service, with its own ways to the stores. */
export class Replica {
  #process;
  #isWanted = false;
  #isStopped = false;

  /**
   * @param {{ name: string, entry: string, port: number, env: NodeJS.ProcessEnv, logFile: string,
   *   links: Record<string, import('./link.mjs').Link> }} plan
   */
  constructor(plan) {
    Object.assign(this, plan);
    this.starts = 0;
    /** How often it ended though nobody had ended it. */
    this.losses = 0;
  }

  get pid() {
    return this.#process?.pid;
  }

  /** A balancer sends nothing to who does not answer. */
  get isUp() {
    return this.#process !== undefined && !this.#process.hasEnded() && !this.#isStopped;
  }

  async start() {
    this.#isWanted = true;
    await this.#launch();
  }

  /** For a program that ends by itself: its exit code. */
  async runToEnd() {
    await this.#launch();
    return (await this.#process.exited).code;
  }

  /** Without a word; it stays away until `start`. */
  async kill() {
    this.#isWanted = false;
    this.signal('SIGKILL');
    await this.#process?.exited;
  }

  signal(signal) {
    if (!this.#process || this.#process.hasEnded()) return;
    this.#isStopped = signal === 'SIGSTOP';
    process.kill(this.#process.pid, signal);
  }

  /** Its wall clock says so much later from now on, also once it was started again. */
  stepClock(byMs) {
    writeFileSync(this.#clockFile, String(byMs));
  }

  get #clockFile() {
    return `${this.logFile}.clock`;
  }

  async untilReady() {
    for (const giveUpAt = Date.now() + READY_WITHIN_MS; Date.now() < giveUpAt; await delay(LOOK_EVERY_MS)) {
      if (await this.isReady()) return;
    }
    throw new Error(`${this.name} is not ready after ${READY_WITHIN_MS / 1000} s; see ${this.logFile}`);
  }

  async isReady() {
    try {
      const reply = await fetch(`http://127.0.0.1:${this.port}/ready`, { signal: AbortSignal.timeout(ASK_MS) });
      await reply.body?.cancel();
      return reply.ok;
    } catch {
      return false;
    }
  }

  async stop() {
    this.#isWanted = false;
    this.signal('SIGCONT');
    if (this.#process && !this.#process.hasEnded()) await this.#process.stop();
    await Promise.all(Object.values(this.links).map((link) => link.close()));
  }

  async #launch() {
    const log = openSync(this.logFile, 'a');
    this.#process = await startProcess({
      command: process.execPath,
      args: ['--no-node-snapshot', '--import', CLOCK, this.entry],
      env: { ...this.env, CHAOS_CLOCK: this.#clockFile },
      stopSignal: 'SIGTERM',
      stopWithinMs: 15_000,
      stdio: ['ignore', log, log],
    }).finally(() => closeSync(log));
    this.#isStopped = false;
    this.starts += 1;
    void this.#process.exited.then(() => this.#again());
  }

  async #again() {
    await delay(PAUSE_MS);
    if (!this.#isWanted || !this.#process?.hasEnded()) return;
    this.losses += 1;
    await this.#launch();
  }
}
