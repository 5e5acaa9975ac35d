import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ControlChannel, WORKER_HEARTBEAT_MS, Workers } from '#libs/executions';
import { messageOf, newId } from '#libs/kernel';

/** Says that this process is alive: what it runs is lost when it stops saying so. */
@Injectable()
export class WorkerHeartbeat implements OnModuleInit, OnApplicationShutdown {
  readonly id = newId();
  readonly #log = new Logger(WorkerHeartbeat.name);
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly workers: Workers,
    private readonly control: ControlChannel,
  ) {}

  /** Before the first job is taken. */
  async onModuleInit(): Promise<void> {
    await this.workers.beat(this.id, 'jobs');
    this.#timer = setInterval(() => void this.#beat(), WORKER_HEARTBEAT_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.workers.remove(this.id).catch((error: unknown) => this.#log.warn(`not signed off: ${messageOf(error)}`));
  }

  async #beat(): Promise<void> {
    try {
      await this.workers.beat(this.id, 'jobs');
      await this.control.stopEnded();
    } catch (error) {
      this.#log.warn(`no heartbeat: ${messageOf(error)}`);
    }
  }
}
