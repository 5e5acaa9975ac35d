import ivm from 'isolated-vm';

/** What a run does with the calls of the instance it runs in. */
export interface Calls {
  call(call: number, op: string, args: string, body?: string): void;
  sync(op: string, args: string): string;
}

type Entry = ivm.Reference<(...args: unknown[]) => unknown>;
/** What `boot` of the prelude gives. */
type Door = ivm.Reference<Record<'load' | 'start' | 'deliver', (...args: unknown[]) => unknown>>;

/** No call has this number: delivering it only finds out whether the isolate has come to rest. */
const NO_CALL = 0;

/**
 * An isolate with a context in which the prelude stands ready. Its calls go to the run it serves; between runs they go nowhere. Nothing of
 * the host is in it but two callbacks that take and give text.
 */
export class Instance {
  /** The run that is served. */
  calls: Calls | undefined;
  /** Called when the engine has no memory to go on with: the thread of the isolate sleeps from then on, and what it holds stays. */
  onLost: (() => void) | undefined;
  readonly #load: Entry;
  readonly #start: Entry;
  readonly #deliver: Entry;

  /**
   * @param door expression that leads to the prelude
   * @param isLoaded whether the module's body was evaluated in the snapshot
   */
  constructor(
    readonly isolate: ivm.Isolate,
    private readonly context: ivm.Context,
    door: string,
    public isLoaded: boolean,
  ) {
    const reference: Door = context.evalClosureSync(`return ${door}.boot($0, $1)`, [this.#asyncCalls(), this.#syncCalls()], {
      result: { reference: true },
    });
    [this.#load, this.#start, this.#deliver] = (['load', 'start', 'deliver'] as const).map((name) =>
      reference.getSync(name, { reference: true }),
    ) as [Entry, Entry, Entry];
  }

  get isDisposed(): boolean {
    return this.isolate.isDisposed;
  }

  /** Evaluates the body of the module. @returns what it threw, as the prelude tells it, or nothing */
  async load(script: ivm.Script): Promise<string> {
    const factory: ivm.Reference = await script.run(this.context, { reference: true });
    const failure: unknown = await this.#load.apply(undefined, [factory.derefInto()], { result: { copy: true } });
    this.isLoaded = failure === '';
    return String(failure);
  }

  /** Runs the function. @returns its output or what it threw, as the prelude tells it */
  async start(facts: string, input: string): Promise<string> {
    return String(await this.#start.apply(undefined, [facts, input], { result: { promise: true, copy: true } }));
  }

  deliver(call: number, json: string): void {
    if (!this.isDisposed) this.#deliver.applyIgnored(undefined, [call, json]);
  }

  /** Resolves when all that could go on by itself has done so; to false where the isolate was disposed of. */
  comesToRest(): Promise<boolean> {
    if (this.isDisposed) return Promise.resolve(false);
    return this.#deliver.apply(undefined, [NO_CALL, '']).then(
      () => true,
      () => false,
    );
  }

  dispose(): void {
    this.calls = undefined;
    if (!this.isDisposed) this.isolate.dispose();
  }

  #asyncCalls(): ivm.Callback {
    return new ivm.Callback((call: number, op: string, args: string, body?: string) => this.calls?.call(call, op, args, body), {
      ignored: true,
    });
  }

  #syncCalls(): ivm.Callback {
    const answer = (op: string, args: string): string => {
      if (!this.calls) throw new Error('nothing runs');
      return this.calls.sync(op, args);
    };
    return new ivm.Callback(answer, { sync: true });
  }
}
