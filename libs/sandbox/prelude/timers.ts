import { sleep } from './bridge.js';
import { wrongType } from './crypto/bytes.js';

type Callback = (...args: unknown[]) => void;

const MAX_DELAY_MS = 2_147_483_647;
const running = new Map<number, Timeout>();
let lastId = 0;

/** What `setTimeout` gives: Node's is an object too, and can stand for its number. */
class Timeout {
  readonly #id = ++lastId;
  readonly #ms: number;
  readonly #repeats: boolean;
  readonly #callback: () => void;
  /** Counts the waits: one that was given up does not fire. */
  #wait = 0;

  constructor(callback: () => void, ms: number, repeats: boolean) {
    this.#callback = callback;
    this.#ms = ms;
    this.#repeats = repeats;
    running.set(this.#id, this);
    this.refresh();
  }
  refresh(): this {
    void this.#fire(++this.#wait);
    return this;
  }
  close(): this {
    this.#wait += 1;
    running.delete(this.#id);
    return this;
  }
  /** A run ends with its function, whatever timers are left. */
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }
  [Symbol.toPrimitive](): number {
    return this.#id;
  }
  [Symbol.dispose](): void {
    this.close();
  }
  async #fire(wait: number): Promise<void> {
    await sleep(this.#ms);
    if (wait !== this.#wait) return;
    if (this.#repeats) this.refresh();
    else running.delete(this.#id);
    this.#callback();
  }
}

/** As Node: what is no delay, or too long for one, is a millisecond. */
function delayOf(given: unknown): number {
  const ms = Number(given);
  return ms >= 1 && ms <= MAX_DELAY_MS ? Math.trunc(ms) : 1;
}

const start =
  (repeats: boolean) =>
  (callback: Callback, delay?: unknown, ...args: unknown[]): Timeout => {
    if (typeof callback !== 'function') throw wrongType('callback', 'of type function', callback);
    return new Timeout(() => callback(...args), delayOf(delay), repeats);
  };

export const setTimeout = start(false);
const setInterval = start(true);

function clear(timer?: unknown): void {
  if (timer instanceof Timeout) timer.close();
  else running.get(Number(timer))?.close();
}

class Immediate {
  #isCleared = false;
  constructor(callback: () => void) {
    void this.#fire(callback);
  }
  async #fire(callback: () => void): Promise<void> {
    await sleep(0);
    if (!this.#isCleared) callback();
  }
  clear(): void {
    this.#isCleared = true;
  }
}

function setImmediate(callback: Callback, ...args: unknown[]): Immediate {
  if (typeof callback !== 'function') throw wrongType('callback', 'of type function', callback);
  return new Immediate(() => callback(...args));
}

async function queueMicrotask(callback: () => void): Promise<void> {
  await Promise.resolve();
  callback();
}

/** Of the run: the first look at it is its beginning. */
let origin: number | undefined;
const performance = Object.freeze({
  now: (): number => Date.now() - (origin ??= Date.now()),
  get timeOrigin(): number {
    return (origin ??= Date.now());
  },
});

Object.assign(globalThis, {
  setTimeout: (callback: Callback, delay?: unknown, ...args: unknown[]) => setTimeout(callback, delay, ...args),
  setInterval: (callback: Callback, delay?: unknown, ...args: unknown[]) => setInterval(callback, delay, ...args),
  setImmediate,
  clearTimeout: clear,
  clearInterval: clear,
  clearImmediate: (immediate?: unknown): void => {
    if (immediate instanceof Immediate) immediate.clear();
  },
  queueMicrotask: (callback: () => void): void => {
    if (typeof callback !== 'function') throw wrongType('callback', 'of type function', callback);
    void queueMicrotask(callback);
  },
  performance,
});
