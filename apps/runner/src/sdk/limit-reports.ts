import { Logger } from '@nestjs/common';
import type { GovernorAnswer, LimitsReport } from '#libs/contracts';
import { messageOf } from '#libs/kernel';
import { mergeLimits, type Observation, type Report } from '#libs/rate-limits';
import type { Asker } from './asker.js';
import type { ServiceClient } from './service-client.js';

/** More than can be under way between two answers of the server; further ones are forgotten there by themselves. */
const MOST_TICKETS = 1_000;

interface Gathered {
  seen: Observation | undefined;
  readonly answered: string[];
  /** Whoever learnt last: its token is the youngest. */
  via: Asker;
}

/** What runs learnt of limits, on its way to the server: one report of a bucket at a time, what comes meanwhile goes with the next. */
export class LimitReports {
  readonly #gathered = new Map<string, Gathered>();
  readonly #sending = new Set<string>();
  readonly #log = new Logger(LimitReports.name);

  constructor(
    private readonly server: ServiceClient,
    private readonly onAnswer: (bucket: string, answer: GovernorAnswer) => void,
  ) {}

  add(bucket: string, { seen, ticket, via }: Report<Asker>): void {
    const gathered = this.#gathered.get(bucket) ?? { seen: undefined, answered: [], via };
    this.#gathered.set(bucket, gathered);
    gathered.via = via;
    if (seen) gathered.seen = gathered.seen ? mergeLimits(gathered.seen, seen) : seen;
    if (ticket !== undefined && gathered.answered.length < MOST_TICKETS) gathered.answered.push(ticket);
    if (!this.#sending.has(bucket)) void this.#send(bucket);
  }

  async #send(bucket: string): Promise<void> {
    this.#sending.add(bucket);
    for (let next = this.#take(bucket); next; next = this.#take(bucket)) await this.#sendOne(bucket, next);
    this.#sending.delete(bucket);
  }

  #take(bucket: string): Gathered | undefined {
    const gathered = this.#gathered.get(bucket);
    this.#gathered.delete(bucket);
    return gathered;
  }

  async #sendOne(bucket: string, { seen, answered, via }: Gathered): Promise<void> {
    const report: LimitsReport = { bucket, answered, ...(seen ? { learnt: seen.learnt, ageMs: seen.ageMs } : {}) };
    const body = JSON.stringify(report);
    try {
      this.onAnswer(
        bucket,
        await this.server.call<GovernorAnswer>({ method: 'POST', path: '/internal/rate-limits/learn', token: via.token, body }),
      );
    } catch (error) {
      this.#log.warn(`what a provider says of its rate limit was not told to the server: ${messageOf(error)}`);
    }
  }
}
