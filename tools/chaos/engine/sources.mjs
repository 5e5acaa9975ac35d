/** Pages of a source; an item stays on its page. */
export const PAGES = 4;
const STABLE = 40;
const VOLATILE = 24;
const OPS_AT_ONCE = 8;
const OPS_SHARE = 0.3;
const NOTES = 30;

const pageOf = (number) => number % PAGES;

/**
 * What an API of a customer holds for one connection: items that come, change and go, and a log of operations on notes that only
 * grows. It knows who was shown what, and what a reader of all of it must end up with.
 */
export class Source {
  #items = new Map();
  #ops = [];
  #serves = new Map();
  #windows = new Map();
  #versions = 0;

  /** @param {string} connection @param {() => number} random */
  constructor(connection, random) {
    this.connection = connection;
    this.random = random;
    for (let number = 0; number < STABLE + VOLATILE; number += 1) this.#put(number);
  }

  /** Items that are in every page they belong to, always. */
  static isStable(id) {
    return Number(id.slice(1)) < STABLE;
  }

  /** One change of items and, now and then, one more operation on notes. */
  change() {
    const number = Math.floor(this.random() * (STABLE + VOLATILE));
    if (number >= STABLE && this.#items.has(`i${number}`) && this.random() < 0.5) this.#items.delete(`i${number}`);
    else this.#put(number);
    if (this.random() < OPS_SHARE) this.#ops.push(this.#operation());
  }

  #put(number) {
    this.#versions += 1;
    this.#items.set(`i${number}`, { id: `i${number}`, v: this.#versions, page: pageOf(number) });
  }

  #operation() {
    this.#versions += 1;
    const draw = this.random();
    const kind = draw < 0.5 ? 'save' : draw < 0.8 ? 'update' : 'delete';
    const ids = new Set(Array.from({ length: 3 }, () => `n${Math.floor(this.random() * NOTES)}`));
    const body = (id) =>
      kind === 'delete' ? { id } : { id, v: this.#versions, [kind === 'save' ? 'saved' : 'merged']: this.#versions };
    return { kind, records: [...ids].map(body) };
  }

  /**
   * A page of items, to a run that tracks deletions since `window` began.
   * @param {string} acked the serve whose items the run has saved
   */
  serve(window, page, acked) {
    this.#acknowledge(window, acked);
    const serve = String(this.#serves.size + 1);
    const items = [...this.#items.values()].filter((item) => item.page === page);
    this.#serves.set(serve, { window, ids: items.map(({ id }) => id) });
    return { serve, items };
  }

  /** The run is about to delete what it was not shown. */
  end(window, acked) {
    this.#acknowledge(window, acked);
    this.#windows.set(window, { ...this.#window(window), endedAt: [...(this.#window(window).endedAt ?? []), Date.now()] });
  }

  ops(from) {
    return this.#ops.slice(from, from + OPS_AT_ONCE);
  }

  /** What records must say once everything was read, and when which window ended after seeing what. */
  truth() {
    const ends = [...this.#windows.values()].flatMap(({ endedAt = [], seen }) => endedAt.map((at) => ({ at, seen: [...seen] })));
    return { Item: [...this.#items.values()], Note: fold(this.#ops), ends: ends.toSorted((a, b) => a.at - b.at) };
  }

  #window(name) {
    return this.#windows.get(name) ?? { seen: new Set() };
  }

  #acknowledge(window, acked) {
    const known = this.#window(window);
    const serve = this.#serves.get(acked);
    if (serve?.window === window) for (const id of serve.ids) known.seen.add(id);
    this.#windows.set(window, known);
  }
}

/** The records a log of operations leaves alive. */
export function fold(ops) {
  const live = new Map();
  for (const { kind, records } of ops)
    for (const record of records) {
      if (kind === 'save') live.set(record.id, record);
      else if (kind === 'delete') live.delete(record.id);
      else if (live.has(record.id)) live.set(record.id, { ...live.get(record.id), ...record });
    }
  return [...live.values()];
}
