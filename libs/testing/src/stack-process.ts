import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type ManagedProcess, type ProcessExit, startProcess } from '#libs/embedded';

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;
const POLL_MS = 50;
const COMPLAINTS = 30;
const TAIL = 5;

/** A built program of a stack, with its output in a file. */
export class StackProcess {
  #process: ManagedProcess | undefined;

  constructor(
    readonly name: string,
    private readonly entry: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly logFile: string,
  ) {}

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async start(): Promise<void> {
    const log = openSync(this.logFile, 'a');
    this.#process = await startProcess({
      command: process.execPath,
      args: ['--no-node-snapshot', this.entry],
      env: this.env,
      stopSignal: 'SIGTERM',
      stopWithinMs: STOP_WITHIN_MS,
      stdio: ['ignore', log, log],
    }).finally(() => closeSync(log));
  }

  /** Answers when the service says that it is ready. @throws with the end of its log when it is not, or ends before */
  async untilReady(url: string): Promise<void> {
    for (const giveUpAt = Date.now() + READY_WITHIN_MS; Date.now() < giveUpAt; await delay(POLL_MS)) {
      if (this.#process?.hasEnded()) throw this.#failed('ended while starting');
      if (await answersReady(url)) return;
    }
    throw this.#failed(`is not ready after ${READY_WITHIN_MS / 1000} s`);
  }

  /** Answers when a program that ends by itself has done so. @throws with the end of its log when it failed */
  async untilDone(): Promise<void> {
    const exit = await this.#process?.exited;
    if (exit?.code !== 0) throw this.#failed(`ended with ${exit?.code ?? exit?.signal}`);
  }

  async kill(signal: NodeJS.Signals): Promise<ProcessExit> {
    if (!this.#process) throw new Error(`${this.name} does not run`);
    process.kill(this.#process.pid, signal);
    return this.#process.exited;
  }

  async stop(): Promise<void> {
    if (this.#process && !this.#process.hasEnded()) await this.#process.stop();
  }

  #failed(what: string): Error {
    const lines = readFileSync(this.logFile, 'utf8').trimEnd().split('\n');
    // What is no JSON was written to stderr: the reason, as a rule, however much log came after it.
    const complaints = lines.filter((line) => !line.startsWith('{')).slice(-COMPLAINTS);
    return new Error(
      `${this.name} ${what}. From its log (${this.logFile}):\n${[...complaints, ...lines.slice(-TAIL)].join('\n')}`,
    );
  }
}

async function answersReady(url: string): Promise<boolean> {
  try {
    const reply = await fetch(`${url}/ready`);
    await reply.body?.cancel();
    return reply.ok;
  } catch {
    return false;
  }
}
