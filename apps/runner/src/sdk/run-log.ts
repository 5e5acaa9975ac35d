import type { LogLevel, LogMessage } from '#libs/contracts';
import { Logger } from '@nestjs/common';
import { messageOf } from '#libs/kernel';
import { type Attempt, attemptMessage, waitMessage } from '#libs/proxy';
import type { LogSample } from './domain/log-sample.js';
import type { Service } from './service-client.js';

const FLUSH_MS = 1_000;
const BATCH = 500;
/** Messages of one run held back at most; past it the oldest are dropped and counted. */
const MAX_BUFFERED = 5_000;
const MAX_TEXT = 10_000;

/** Messages of one run on their way to persist. Sending them never fails the run and never makes it wait. */
export class RunLog {
  readonly #log = new Logger(RunLog.name);
  /** What is written out when it leaves: by then the body of a refusal has come. */
  #buffer: (() => LogMessage)[] = [];
  #dropped = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly persist: Service,
    private readonly token: string,
    private readonly sample: LogSample,
  ) {
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS);
  }

  say(level: LogLevel, source: LogMessage['source'], message: string, meta?: unknown): void {
    const told = {
      level,
      type: 'log',
      source,
      message: message.slice(0, MAX_TEXT),
      ...(meta === undefined ? {} : { meta }),
    } as const;
    const createdAt = new Date().toISOString();
    this.#add(() => ({ createdAt, ...told }));
  }

  /** One attempt of a call to a provider, and how long the call waits before the next (spec/functions.md §2.1). */
  attempt(attempt: Attempt, retries: number): void {
    const { status } = attempt.outcome;
    if (this.sample.keeps(status === undefined || status >= 400)) this.#add(messageOfAttempt(attempt, retries));
    if (attempt.retryInMs !== undefined) this.say('warn', 'internal', waitMessage(attempt));
  }

  #add(message: () => LogMessage): void {
    if (this.#buffer.length >= MAX_BUFFERED) {
      this.#buffer.shift();
      this.#dropped += 1;
    }
    this.#buffer.push(message);
  }

  async flush(): Promise<void> {
    while (this.#buffer.length > 0) {
      const messages = this.#buffer.splice(0, BATCH).map((message) => message());
      try {
        await this.persist.call({ method: 'POST', path: '/logs', token: this.token, body: JSON.stringify({ messages }) });
      } catch (error) {
        this.#log.warn(`${messages.length} messages of a run were not stored: ${messageOf(error)}`);
        return;
      }
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#dropped > 0)
      this.say('warn', 'internal', `${this.#dropped} messages were dropped: the run wrote them faster than they could be stored`);
    await this.flush();
  }
}

/** Holds on to no request body until then. */
function messageOfAttempt(attempt: Attempt, retries: number): () => LogMessage {
  const at = new Date();
  const told = { ...attempt, request: { ...attempt.request, body: undefined } };
  if (attempt.errorBody) return () => attemptMessage(told, retries, at);
  const message = attemptMessage(told, retries, at);
  return () => message;
}
