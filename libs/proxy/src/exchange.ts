import type { Dispatcher } from 'undici';
import type { EndSignal } from './call-clock.js';
import { UpstreamBody } from './upstream-body.js';
import { UpstreamResponse } from './upstream-response.js';

/** Sends one request and resolves with the head of its answer. @throws what undici reports, or the signal's reason */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  signal?: EndSignal,
): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(request, new Exchange(resolve, reject, signal));
  });
}

/** undici's own `request` makes a stream of every answer; most are short, and are sent on in one piece. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #body = new UpstreamBody({
    pause: () => this.#controller?.pause(),
    resume: () => this.#controller?.resume(),
    abort: (reason) => this.#abort(reason),
  });
  #controller: Dispatcher.DispatchController | undefined;
  #reason: Error | undefined;

  constructor(
    private readonly resolve: (response: UpstreamResponse) => void,
    private readonly reject: (error: unknown) => void,
    private readonly signal: EndSignal | undefined,
  ) {
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#reason) controller.abort(this.#reason);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status >= 200) this.resolve(new UpstreamResponse(status, headers, this.#body));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#body.push(chunk);
  }

  onResponseEnd(): void {
    this.#close();
    this.#body.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#close();
    this.reject(error); // without effect once the head is there
    this.#body.fail(error);
  }

  /** A request that waits for a connection has no controller yet: its caller is told now, and it ends when its turn comes. */
  readonly #onAbort = (): void => {
    const { reason } = this.signal as EndSignal;
    this.reject(reason);
    this.#abort(reason instanceof Error ? reason : new Error('given up', { cause: reason }));
  };

  #abort(reason: Error): void {
    this.#reason ??= reason;
    this.#controller?.abort(reason);
  }

  #close(): void {
    this.signal?.removeEventListener('abort', this.#onAbort);
  }
}
