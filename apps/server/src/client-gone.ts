import type { ServerResponse } from 'node:http';
import type { EndSignal } from '#libs/proxy';

/**
 * Fires when a client goes away before its answer has gone out. An `AbortSignal` would say the same for the price of all the rest that a
 * call allocates.
 */
export class ClientGone implements EndSignal {
  #reason: Error | undefined;
  readonly #listeners: (() => void)[] = [];

  constructor(response: ServerResponse) {
    response.on('close', () => {
      if (!response.writableFinished) this.#end();
    });
  }

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  get reason(): Error | undefined {
    return this.#reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const index = this.#listeners.indexOf(listener);
    if (index >= 0) this.#listeners.splice(index, 1);
  }

  #end(): void {
    this.#reason = new Error('the client went away before its answer was complete');
    for (const listener of this.#listeners.splice(0)) listener();
  }
}
