import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ControlChannel, WORKER_HEARTBEAT_MS, Workers } from '#libs/executions';
import { messageOf, newId } from '#libs/kernel';

/** After an outage of the database, those who are alive have to say so before they are judged. */
const AGAIN_MS = 1_000;

/** Says that this process is alive: what it runs is lost when it stops saying so. */
@Injectable()
export class WorkerHeartbeat implements OnModuleInit, OnApplicationShutdown {
  readonly id = newId();
  readonly #log = new Logger(WorkerHeartbeat.name);
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    private readonly workers: Workers,
    private readonly control: ControlChannel,
  ) {}

  /** Before the first job is taken. */
  async onModuleInit(): Promise<void> {
    await this.workers.beat(this.id, 'jobs');
    this.#timer = setTimeout(() => void this.#beat(), WORKER_HEARTBEAT_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.workers.remove(this.id).catch((error: unknown) => this.#log.warn(`not signed off: ${messageOf(error)}`));
  }

  async #beat(): Promise<void> {
    const isHeard = await this.#isHeard();
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.#beat(), isHeard ? WORKER_HEARTBEAT_MS : AGAIN_MS);
  }

  async #isHeard(): Promise<boolean> {
    try {
      await this.workers.beat(this.id, 'jobs');
      await this.control.stopEnded();
      return true;
    } catch (error) {
      this.#log.warn(`no heartbeat: ${messageOf(error)}`);
      return false;
    }
  }
}
