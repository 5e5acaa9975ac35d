interface Own {
  readonly cap: number | null;
  readonly weight: number | null;
  readonly connection: number | null;
}

interface Known {
  readonly environment: number;
  readonly connection: number;
  /** Not where its connection had no limit when it came, as long as it has not had its turn. */
  isCounted: boolean;
}

/**
 * The rules of admission in plain words: environments take turns, as long as their weights, each with at most its cap at a time, all with
 * at most so many slots; of a connection with a limit, no more than that is in line or runs, and where the limit came later no more than that
 * runs, others being held back when their turn comes; who offers while others hold every slot, and
 * has less than its share of them, may take what there is on top.
 */
export class AdmissionModel {
  readonly #known = new Map<string, Known>();
  readonly #running = new Set<string>();
  readonly #queues = new Map<number, string[]>();
  readonly #held = new Map<number, string[]>();
  readonly #credit = new Map<number, number>();
  /** By connection, what was held back first before this step. */
  readonly #firsts = new Map<number, string | undefined>();
  #ring: number[] = [];
  #limits: ReadonlyMap<number, Own> = new Map();

  constructor(private readonly all: { slots: number; headroom: number; cap: number; connection: number }) {}

  offer(id: string, environment: number, connection: number): string[] {
    this.#firsts.clear();
    if (this.#known.has(id)) return [];
    const limit = this.#connectionLimit(environment);
    this.#known.set(id, { environment, connection, isCounted: limit > 0 });
    if (limit > 0 && this.#alive(connection) > limit) {
      this.#held.set(connection, [...(this.#held.get(connection) ?? []), id]);
      return [];
    }
    this.#queue(environment).push(id);
    this.#takeTurns(environment);
    return [...this.#admit(), ...this.#admitBelowShare(environment)];
  }

  release(id: string): string[] {
    this.#firsts.clear();
    const known = this.#known.get(id);
    if (!known) return [];
    const { environment, connection, isCounted } = known;
    const isHeld = this.#heldOf(connection).includes(id);
    this.#known.delete(id);
    this.#running.delete(id);
    this.#queues.set(
      environment,
      this.#queue(environment).filter((one) => one !== id),
    );
    this.#held.set(
      connection,
      this.#heldOf(connection).filter((one) => one !== id),
    );
    if (!isHeld) {
      if (isCounted) this.#letJoin(environment, connection);
      this.#takeTurns(environment);
    }
    return this.#admit();
  }

  limit(limits: ReadonlyMap<number, Own>): string[] {
    const concerned = [...this.#limits.keys(), ...limits.keys()];
    this.#firsts.clear();
    this.#limits = limits;
    for (const known of [...this.#running].flatMap((id) => this.#known.get(id) ?? []))
      if (this.#connectionLimit(known.environment) > 0) known.isCounted = true;
    for (const environment of concerned) {
      for (const connection of [environment, environment + 3]) this.#letJoin(environment, connection);
      this.#takeTurns(environment);
    }
    return this.#admit();
  }

  runningIds = (): string[] => [...this.#running].toSorted();
  waiting = (environment: number): number =>
    [...this.#known].filter(([id, known]) => known.environment === environment && !this.#running.has(id)).length;

  #cap = (environment: number) => this.#limits.get(environment)?.cap ?? this.all.cap;
  #weight = (environment: number) => this.#limits.get(environment)?.weight ?? 1;
  #connectionLimit = (environment: number) => this.#limits.get(environment)?.connection ?? this.all.connection;
  #heldOf = (connection: number) => this.#held.get(connection) ?? [];
  #busy = (environment: number) => [...this.#running].filter((id) => this.#known.get(id)?.environment === environment).length;
  #wants = (environment: number) => this.#queue(environment).length > 0 && this.#busy(environment) < this.#cap(environment);

  /** Those counted that are in line or run. */
  #alive = (connection: number) =>
    [...this.#known].filter(
      ([id, known]) => known.isCounted && known.connection === connection && !this.#heldOf(connection).includes(id),
    ).length;

  #queue(environment: number): string[] {
    if (!this.#queues.has(environment)) this.#queues.set(environment, []);
    return this.#queues.get(environment) as string[];
  }

  #letJoin(environment: number, connection: number): void {
    const limit = this.#connectionLimit(environment) || Number.POSITIVE_INFINITY;
    while (this.#heldOf(connection).length > 0 && this.#alive(connection) < limit) {
      this.#queue(environment).push(this.#heldOf(connection).shift() as string);
    }
  }

  #takeTurns(environment: number): void {
    if (this.#wants(environment) && !this.#ring.includes(environment)) this.#ring.push(environment);
  }

  #start(environment: number): string | undefined {
    if (!this.#wants(environment)) return undefined;
    let id = this.#queue(environment).shift();
    while (id !== undefined && !this.#mayRun(id)) id = this.#queue(environment).shift();
    if (id !== undefined) this.#running.add(id);
    return id;
  }

  #mayRun(id: string): boolean {
    const known = this.#known.get(id) as Known;
    const { environment, connection } = known;
    const limit = this.#connectionLimit(environment);
    if (limit === 0) return true;
    const runs = [...this.#running]
      .map((one) => this.#known.get(one))
      .filter((one) => one?.isCounted && one.connection === connection);
    const wasCounted = known.isCounted;
    const has = wasCounted ? this.#alive(connection) <= limit || runs.length < limit : this.#alive(connection) < limit;
    known.isCounted = true;
    if (!has) this.#hold(id, connection, wasCounted);
    return has;
  }

  #hold(id: string, connection: number, isEarlier: boolean): void {
    const list = [...this.#heldOf(connection)];
    if (isEarlier && !this.#firsts.has(connection)) this.#firsts.set(connection, list[0]);
    const first = isEarlier ? this.#firsts.get(connection) : undefined;
    list.splice(first === undefined ? list.length : list.indexOf(first), 0, id);
    this.#held.set(connection, list);
  }

  #admit(): string[] {
    const admitted: string[] = [];
    while (this.#running.size < this.all.slots) {
      const environment = this.#ring.shift();
      if (environment === undefined) break;
      const id = this.#start(environment);
      if (id !== undefined) admitted.push(id);
      const left = id === undefined ? 0 : (this.#credit.get(environment) ?? this.#weight(environment)) - 1;
      const goesOn = id !== undefined && this.#wants(environment);
      this.#credit.delete(environment);
      if (goesOn && left > 0) {
        this.#credit.set(environment, left);
        this.#ring.unshift(environment);
      } else if (goesOn) this.#ring.push(environment);
    }
    return admitted;
  }

  #admitBelowShare(environment: number): string[] {
    const admitted: string[] = [];
    const weight = this.#weight(environment);
    while (this.#running.size >= this.all.slots && this.#running.size < this.all.slots + this.all.headroom) {
      const others = new Set(
        [...this.#running].map((id) => this.#known.get(id)?.environment).filter((one) => one !== environment),
      );
      if (this.#busy(environment) >= (this.all.slots * weight) / (others.size + weight)) break;
      const id = this.#start(environment);
      if (id === undefined) break;
      admitted.push(id);
    }
    return admitted;
  }
}
