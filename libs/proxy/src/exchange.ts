import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import type { EndSignal } from './call-clock.js';
import { isRetryableCode } from './domain/network-errors.js';
import { skipContinue, tellSocket } from './sending-socket.js';
import { type Flow, UpstreamBody } from './upstream-body.js';
import { UpstreamResponse } from './upstream-response.js';

/** Methods that may be carried out twice (RFC 9110 §9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** Interim answers (1xx) of one request past which the upstream plays for time. */
const MAX_INTERIM = 100;

type Request = Dispatcher.DispatchOptions;

/**
 * Sends one request and resolves with the head of its answer. A request that may be made twice, and meets a connection that the
 * upstream closed in the same moment, is made on another (RFC 9110 §9.2.2): to its caller nothing happened.
 * @throws what undici reports, or the signal's reason
 */
export function exchange(dispatcher: Dispatcher, request: Request, signal?: EndSignal): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    const again = canBeMadeTwice(request) ? () => send() : undefined;
    const send = () => void dispatcher.dispatch(request, new Exchange(resolve, reject, signal, again, Boolean(request.body)));
    send();
  });
}

const canBeMadeTwice = ({ method, body }: Request): boolean =>
  IDEMPOTENT.has(method) && (body === null || body === undefined || typeof body === 'string' || body instanceof Uint8Array);

/** undici's own `request` makes a stream of every answer; most are short, and are sent on in one piece. */
class Exchange implements Dispatcher.DispatchHandler, Flow {
  readonly #body = new UpstreamBody(this);
  #controller: Dispatcher.DispatchController | undefined;
  #socket: Socket | undefined;
  /** What the connection had carried before. */
  #readBefore = 0;
  #interim = 0;
  #reason: Error | undefined;

  constructor(
    private readonly resolve: (response: UpstreamResponse) => void,
    private readonly reject: (error: unknown) => void,
    private readonly signal: EndSignal | undefined,
    private readonly again: (() => void) | undefined,
    private readonly hasBody: boolean,
  ) {
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#reason) controller.abort(this.#reason);
    else tellSocket(this);
  }

  onSocket(socket: Socket): void {
    this.#socket = socket;
    this.#readBefore = socket.bytesRead;
    if (this.hasBody) skipContinue(socket);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status >= 200) this.resolve(new UpstreamResponse(status, headers, this.#body));
    else if (++this.#interim > MAX_INTERIM) this.abort(tooManyInterim());
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#body.push(chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    // undici takes a reset for the end of a body without a length; nobody can know whether it was.
    if (this.#socket?.errored) return this.onResponseError(controller, this.#socket.errored);
    this.#close();
    this.#body.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#close();
    if (this.again && this.#wasStale(error)) return this.again();
    this.reject(error); // without effect once the head is there
    this.#body.fail(error);
  }

  /** The connection had served others, and not a byte of an answer to this one came. */
  #wasStale(error: Error & { code?: string }): boolean {
    const silent = this.#readBefore > 0 && this.#socket?.bytesRead === this.#readBefore;
    return silent && !this.#reason && isRetryableCode(error.code ?? '');
  }

  /** A request that waits for a connection has no controller yet: its caller is told now, and it ends when its turn comes. */
  readonly #onAbort = (): void => {
    const { reason } = this.signal as EndSignal;
    this.reject(reason);
    this.abort(reason instanceof Error ? reason : new Error('given up', { cause: reason }));
  };

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  abort(reason: Error): void {
    this.#reason ??= reason;
    this.#controller?.abort(reason);
  }

  #close(): void {
    this.signal?.removeEventListener('abort', this.#onAbort);
  }
}

const tooManyInterim = (): Error =>
  Object.assign(new Error('the upstream sends interim answers without end'), { code: 'ERR_TOO_MANY_INTERIM_ANSWERS' });
