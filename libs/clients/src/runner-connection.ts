import { once } from 'node:events';
import { WebSocket } from 'ws';
import { EXECUTIONS_PATH, outcome, type Outcome, RUNNER_CLOSES } from '#libs/contracts';
import { AppError, messageOf } from '#libs/kernel';
import { NotAccepted } from './not-accepted.js';

const CONNECT_MS = 5_000;
const MAX_OUTCOME_BYTES = 32 * 1024 * 1024;
/** A runner, or a balancer before it, that has nobody to take the order now. */
const NOT_READY = new Set([502, 503, 504]);
/** How long the runner may take to answer a goodbye. */
const GOODBYE_MS = 1_000;

/** A connection to a runner: it carries one run at a time (ADR 22). */
export class RunnerConnection {
  #pending: PromiseWithResolvers<Buffer> | undefined;
  #silence: NodeJS.Timeout | undefined;
  #heardAtMs = performance.now();
  #broken: unknown;

  private constructor(
    private readonly socket: WebSocket,
    private readonly lostAfterMs: number,
  ) {
    socket.on('message', (data: Buffer) => this.#pending?.resolve(data));
    socket.on('ping', () => this.#heard());
    socket.on('error', (error) => (this.#broken = error));
    socket.on('close', (code, reason) => this.#pending?.reject(lostBy(code, reason.toString(), this.#broken)));
  }

  /**
   * @param url base address of the runner, without a trailing slash
   * @param lostAfterMs silence after which the runner counts as lost
   * @throws NotAccepted where nobody takes orders now; AppError where the runner does not let the caller in
   */
  static async open(url: string, token: string, lostAfterMs: number): Promise<RunnerConnection> {
    const socket = new WebSocket(`${url}${EXECUTIONS_PATH}`, {
      headers: { authorization: `Bearer ${token}` },
      handshakeTimeout: CONNECT_MS,
      maxPayload: MAX_OUTCOME_BYTES,
      perMessageDeflate: false,
    });
    let refusal: number | undefined;
    socket.once('unexpected-response', (_request, { statusCode }) => {
      refusal = statusCode;
      socket.terminate();
    });
    try {
      await once(socket, 'open');
    } catch (error) {
      throw notOpened(error, refusal);
    }
    return new RunnerConnection(socket, lostAfterMs);
  }

  /** Whether the next run can be sent on it. */
  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN && performance.now() - this.#heardAtMs < this.lostAfterMs;
  }

  /**
   * Sends an order and answers how its run ended. A connection whose run was given up, or whose runner fell silent, is closed: that ends the run.
   * @throws NotAccepted where nothing was begun; what `signal` was aborted with; AppError where the runner refuses the order or is lost
   */
  async run(order: string, signal: AbortSignal): Promise<Outcome> {
    signal.throwIfAborted();
    const pending = Promise.withResolvers<Buffer>();
    this.#pending = pending;
    const leave = () => this.#giveUp(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    this.#silence = setTimeout(() => this.#giveUp(new Error('it fell silent')), this.lostAfterMs);
    this.socket.send(order);
    try {
      const answer = await pending.promise;
      return outcome.parse(JSON.parse(answer.toString()));
    } finally {
      this.#pending = undefined;
      clearTimeout(this.#silence);
      signal.removeEventListener('abort', leave);
    }
  }

  close(): void {
    this.socket.close();
    setTimeout(() => this.socket.terminate(), GOODBYE_MS).unref();
  }

  #heard(): void {
    this.#heardAtMs = performance.now();
    if (this.#pending) this.#silence?.refresh();
  }

  #giveUp(reason: unknown): void {
    this.#pending?.reject(reason);
    this.socket.terminate();
  }
}

function notOpened(error: unknown, status: number | undefined): Error {
  if (status === undefined) return new NotAccepted(messageOf(error), { cause: error });
  if (NOT_READY.has(status)) return new NotAccepted(`it is not ready: ${status}`);
  return new AppError('function_runtime_other', `it refused the connection with ${status}`);
}

function lostBy(code: number, reason: string, error: unknown): Error {
  if (code === RUNNER_CLOSES.goingAway) return new NotAccepted('it is shutting down');
  if (code === RUNNER_CLOSES.refused) return new AppError('function_runtime_other', `it refused the execution: ${reason}`);
  const text = error === undefined ? `it closed the connection with ${code}` : messageOf(error);
  return new AppError('function_runtime_other', text, { cause: error });
}
