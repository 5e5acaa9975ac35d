import ivm from 'isolated-vm';
import { LRUCache } from 'lru-cache';
import { keepHashes } from './hashes.js';
import { Instance } from './instance.js';
import type { FunctionSnapshot, GeneralSnapshots } from './protocol.js';
import { GENERAL_DOOR } from './snapshots.js';

/** What instances are made from. */
interface Template {
  readonly bytes: ivm.ExternalCopy<ArrayBuffer>;
  readonly door: string;
  readonly isLoaded: boolean;
}

/** Instances of one kind, made ahead. */
interface Shelf {
  readonly template: Template;
  readonly memoryMb: number;
  readonly ready: Instance[];
}

export interface IsolatesOptions {
  /** Instances of each kind made ahead. */
  readonly ahead: number;
  /** Heap limit of those made before the first run. */
  readonly memoryMb: number;
  /** Of snapshots of functions; the one used longest ago goes first. */
  readonly snapshotBytes: number;
}

/** Kinds (snapshot and heap limit) that instances are made ahead for: those asked for last. */
const SHELVES = 4;
/** Time without a new run after which instances are made ahead; a no-op is done by then. */
const QUIET_MS = 2;
const PLAIN = 'plain';
const WITH_ZOD = 'with zod';

/**
 * Makes fresh instances from start-up snapshots that already hold the prelude, and from those of functions also the evaluated module. A
 * few are made ahead of need, so that making one is off the path of the next run (spec/sandbox.md §2, §4).
 */
export class Isolates {
  readonly #plain: Template;
  readonly #withZod: Template;
  readonly #functions: LRUCache<string, Template>;
  readonly #shelves = new LRUCache<string, Shelf>({
    max: SHELVES,
    dispose: ({ ready }) => ready.splice(0).forEach((instance) => instance.dispose()),
  });
  #refilling: NodeJS.Timeout | undefined;

  constructor(
    general: GeneralSnapshots,
    private readonly options: IsolatesOptions,
  ) {
    this.#plain = { bytes: copyOf(general.plain), door: GENERAL_DOOR, isLoaded: false };
    this.#withZod = { bytes: copyOf(general.withZod), door: GENERAL_DOOR, isLoaded: false };
    this.#functions = new LRUCache({ maxSize: Math.max(1, options.snapshotBytes) });
    this.#shelf(WITH_ZOD, this.#withZod, options.memoryMb);
    this.#refillSoon();
  }

  learn({ key, door, bytes }: FunctionSnapshot): void {
    this.#functions.set(key, { bytes: copyOf(bytes), door, isLoaded: true }, { size: Math.max(1, bytes.byteLength) });
  }

  /**
   * @param key of the function's snapshot, where there is one; it is used where this process has it
   * @param namesZod whether its code names zod
   */
  take(key: string | undefined, namesZod: boolean, memoryMb: number): Instance {
    const own = key === undefined ? undefined : this.#functions.get(key);
    const shelf =
      own && key
        ? this.#shelf(key, own, memoryMb)
        : this.#shelf(namesZod ? WITH_ZOD : PLAIN, namesZod ? this.#withZod : this.#plain, memoryMb);
    this.#refillSoon();
    return shelf.ready.pop() ?? make(shelf);
  }

  #shelf(key: string, template: Template, memoryMb: number): Shelf {
    const name = `${key} ${memoryMb}`;
    const known = this.#shelves.get(name);
    if (known) return known;
    const shelf = { template, memoryMb, ready: [] };
    this.#shelves.set(name, shelf);
    return shelf;
  }

  /** Making an isolate blocks this thread for milliseconds, so it waits for a moment in which no run has just begun. */
  #refillSoon(): void {
    clearTimeout(this.#refilling);
    this.#refilling = setTimeout(() => {
      const shelf = [...this.#shelves.values()].find(({ ready }) => ready.length < this.options.ahead);
      if (!shelf) return;
      shelf.ready.push(make(shelf));
      this.#refillSoon();
    }, QUIET_MS);
  }
}

const copyOf = (bytes: Uint8Array): ivm.ExternalCopy<ArrayBuffer> =>
  new ivm.ExternalCopy(bytes.slice().buffer, { transferOut: true });

function make({ template, memoryMb }: Shelf): Instance {
  keepHashes();
  let instance: Instance | undefined;
  const isolate = new ivm.Isolate({
    snapshot: template.bytes,
    memoryLimit: memoryMb,
    // Without it, the engine would end the process.
    onCatastrophicError: () => instance?.onLost?.(),
  });
  instance = new Instance(isolate, isolate.createContextSync(), template.door, template.isLoaded);
  return instance;
}
