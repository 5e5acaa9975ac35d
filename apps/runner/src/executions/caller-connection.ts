import { WebSocket } from 'ws';
import {
  type ExecuteRequest,
  RUNNER_CLOSES,
  RUNNER_HEARTBEAT_MS,
  RUNNER_LOST_AFTER_MS,
  type RunOrder,
  runOrder,
} from '#libs/contracts';
import { messageOf } from '#libs/kernel';
import { counter } from '#libs/metrics';
import { called } from '#libs/observability';
import type { Executions } from './executions.service.js';

const refused = counter('fairlead.runner.refused');

/** Most bytes a close frame has for its reason (RFC 6455 §5.5). */
const MAX_REASON_BYTES = 123;

/** A connection of jobs, which brings one run at a time (ADR 22). A caller that goes away ends the run. */
export class CallerConnection {
  #stop: AbortController | undefined;
  #unansweredPings = 0;
  #isLeaving = false;

  /** @param until when the caller's token ends, in milliseconds since the epoch */
  constructor(
    private readonly socket: WebSocket,
    private readonly executions: Executions,
    private readonly until: number,
  ) {
    socket.on('message', (data: Buffer) => this.#take(data));
    socket.on('pong', () => (this.#unansweredPings = 0));
    socket.once('close', () => this.#stop?.abort());
  }

  /** Says to the caller that somebody is there, and asks whether the caller is: by pings, not by a clock, which stands still while this process does. */
  beat(): void {
    if (this.#unansweredPings * RUNNER_HEARTBEAT_MS >= RUNNER_LOST_AFTER_MS) return this.socket.terminate();
    if (this.socket.readyState !== WebSocket.OPEN) return undefined;
    this.#unansweredPings += 1;
    return this.socket.ping();
  }

  /** Takes no other run, and closes when there is none. */
  leave(): void {
    this.#isLeaving = true;
    if (!this.#stop) this.socket.close(RUNNER_CLOSES.goingAway);
  }

  #take(data: Buffer): void {
    if (this.#stop) return this.#refuse('the connection has a run already');
    if (this.#isLeaving || Date.now() >= this.until) {
      refused.add({});
      return this.leave();
    }
    const order = readOrder(data);
    if (typeof order === 'string') return this.#refuse(order);
    return void called('execute', order.trace ?? {}, () => this.#run(order.run));
  }

  async #run(request: ExecuteRequest): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    const outcome = await this.executions.execute(request, stop.signal);
    this.#stop = undefined;
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(outcome));
    if (this.#isLeaving) this.leave();
  }

  #refuse(reason: string): void {
    this.socket.close(RUNNER_CLOSES.refused, truncated(reason));
  }
}

/** @returns why it is none, where it is none */
function readOrder(data: Buffer): RunOrder | string {
  try {
    return runOrder.parse(JSON.parse(data.toString()));
  } catch (error) {
    return messageOf(error);
  }
}

/** A reason as long as a close frame takes it, without half a character at its end. */
const truncated = (reason: string): string =>
  new TextDecoder().decode(Buffer.from(reason).subarray(0, MAX_REASON_BYTES), { stream: true });
