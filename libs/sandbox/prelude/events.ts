import { DOMException } from './dom-exception.js';
import { setTimeout } from './timers.js';

class Event {
  readonly type: string;
  target: unknown = null;
  readonly cancelable: boolean;
  defaultPrevented = false;
  constructor(type: unknown, init: { cancelable?: boolean } = {}) {
    this.type = String(type);
    this.cancelable = Boolean(init.cancelable);
  }
  preventDefault(): void {
    if (this.cancelable) this.defaultPrevented = true;
  }
  get [Symbol.toStringTag](): string {
    return 'Event';
  }
}

type Listener = ((event: Event) => void) | { handleEvent(event: Event): void };
interface ListenerOptions {
  readonly once?: boolean;
  readonly signal?: AbortSignal;
}

class EventTarget {
  readonly #listeners = new Map<string, Map<Listener, ListenerOptions>>();

  addEventListener(type: string, listener: Listener | null, options: ListenerOptions | boolean = {}): void {
    const { once = false, signal } = typeof options === 'object' ? options : {};
    if (!listener || signal?.aborted) return;
    const ofType = this.#listeners.get(type) ?? new Map<Listener, ListenerOptions>();
    this.#listeners.set(type, ofType);
    if (!ofType.has(listener)) ofType.set(listener, { once });
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener));
  }
  removeEventListener(type: string, listener: Listener | null): void {
    if (listener) this.#listeners.get(type)?.delete(listener);
  }
  dispatchEvent(event: Event): boolean {
    event.target = this;
    const handler = (this as unknown as Record<string, unknown>)[`on${event.type}`];
    if (typeof handler === 'function') handler.call(this, event);
    for (const [listener, { once }] of Array.from(this.#listeners.get(event.type) ?? [])) {
      if (once) this.removeEventListener(event.type, listener);
      if (typeof listener === 'function') listener.call(this, event);
      else listener.handleEvent(event);
    }
    return !event.defaultPrevented;
  }
  get [Symbol.toStringTag](): string {
    return 'EventTarget';
  }
}

const aborted = (): DOMException => new DOMException('This operation was aborted', 'AbortError');

/** What only the standard's own ways to a signal know. */
const OWN = Symbol('own');

class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown;
  onabort: ((event: Event) => void) | null = null;

  constructor(own?: symbol) {
    if (own !== OWN) throw Object.assign(new TypeError('Illegal constructor'), { code: 'ERR_ILLEGAL_CONSTRUCTOR' });
    super();
  }
  get aborted(): boolean {
    return this.#aborted;
  }
  get reason(): unknown {
    return this.#reason;
  }
  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }
  static abort(reason: unknown = aborted()): AbortSignal {
    const signal = new AbortSignal(OWN);
    signal.#abort(reason);
    return signal;
  }
  static timeout(ms: number): AbortSignal {
    const signal = new AbortSignal(OWN);
    setTimeout(() => signal.#abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms);
    return signal;
  }
  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const all = [...signals];
    const signal = new AbortSignal(OWN);
    const first = all.find((source) => source.aborted);
    if (first) signal.#abort(first.reason);
    else for (const source of all) source.addEventListener('abort', () => signal.#abort(source.reason), { once: true });
    return signal;
  }
  /** A signal, and what aborts it. */
  static [OWN](): [AbortSignal, (reason: unknown) => void] {
    const signal = new AbortSignal(OWN);
    return [signal, (reason) => signal.#abort(reason)];
  }
  #abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    this.dispatchEvent(new Event('abort'));
  }
  override get [Symbol.toStringTag](): string {
    return 'AbortSignal';
  }
}

class AbortController {
  readonly #signal: AbortSignal;
  readonly #abort: (reason: unknown) => void;
  constructor() {
    [this.#signal, this.#abort] = AbortSignal[OWN]();
  }
  get signal(): AbortSignal {
    return this.#signal;
  }
  abort(reason: unknown = aborted()): void {
    this.#abort(reason);
  }
  get [Symbol.toStringTag](): string {
    return 'AbortController';
  }
}

Object.assign(globalThis, { AbortController, AbortSignal, Event, EventTarget });
