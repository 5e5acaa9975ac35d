import { AppError, inTime } from '#libs/kernel';
import { CallClock, type EndSignal } from './call-clock.js';
import { decodedBytes } from './decoded-bytes.js';
import { bodyWait } from './domain/body-wait.js';
import type { OutboundRequest } from './domain/outbound-request.js';
import { type AttemptOutcome, retryDecision, type RetryOptions } from './domain/retry-decision.js';
import { refusalSentence, RETRY_HEADER, type RetryRefusal, retryHeaderValue } from './domain/retry-refusal.js';
import { loggedBody } from './logged-body.js';
import { pause } from './pause.js';
import { type ResendableBody, resendable } from './resendable-body.js';
import type { SendLimits } from './send-limits.js';
import type { Attempt } from './domain/attempt.js';
import type { SendOptions } from './send-options.js';
import type { UpstreamResponse } from './upstream-response.js';

/** What an attempt came to: an answer, or why there is none. */
export type Answer = UpstreamResponse | { readonly error: AppError; readonly code: string };

/** Makes one attempt. @param headers of the request, its signature among them */
export type MakeAttempt = (
  request: OutboundRequest,
  headers: OutboundRequest['headers'],
  body: ResendableBody,
  signal: EndSignal,
) => Promise<Answer>;

/** What follows an attempt: another one, or nothing, at times although one was due. */
type Next =
  | { readonly waitMs: number; readonly request?: OutboundRequest; readonly isFree?: boolean }
  | { readonly waitMs?: undefined; readonly refused?: RetryRefusal };

/** An attempt that was made. */
interface Made extends Omit<Attempt, 'retryInMs' | 'retryRefused'> {
  readonly answer: Answer;
}

const UNAUTHORIZED = 401;
const END: Next = {};
/** A refusal that comes this slowly names no wait. */
const WAIT_BODY_MS = 10_000;

/** One call: its attempts, what is between them, and the answer that counts (spec/auth.md §6.6). */
export class Sending {
  readonly #clock: CallClock;
  readonly #retries: number;
  #current: OutboundRequest;
  #body: ResendableBody;
  /** Attempts made. */
  #number = 0;
  /** Those of them that the caller's allowance paid for. */
  #spent = 0;
  #hasRenewed = false;

  constructor(
    private readonly attempt: MakeAttempt,
    request: OutboundRequest,
    private readonly options: SendOptions,
    private readonly limits: SendLimits,
  ) {
    const totalMs = Math.min(options.totalMs ?? limits.totalMs, limits.totalMs);
    this.#clock = new CallClock(options.signal, request.method, totalMs);
    this.#retries = options.retries ?? 0;
    this.#current = request;
    this.#body = this.#resendable(request);
  }

  /** Errors as of `ProxyTransport.send`. */
  async run(): Promise<UpstreamResponse> {
    for (;;) {
      const made = await this.#make();
      const next = this.#isLast(made.outcome) ? END : await this.#decideOn(made);
      this.#tell(made, next);
      if (next.waitMs === undefined) return this.#settled(made.answer, next.refused);
      if ('discard' in made.answer) made.answer.discard();
      await this.#goOn(next, made.outcome);
    }
  }

  async #make(): Promise<Made> {
    const { options } = this;
    const request = this.#current;
    this.#clock.start();
    let startedAt = 0;
    try {
      const admitted = options.admit?.(request, this.#number, Date.now() + this.#clock.leftMs);
      if (admitted) await this.#clock.until(admitted);
      const headers = request.sign ? await request.sign(request) : request.headers;
      startedAt = performance.now();
      const answer = await this.attempt(request, headers, this.#body, this.#clock);
      return this.#made(headers === request.headers ? request : { ...request, headers, sharesHeaders: false }, answer, startedAt);
    } catch (error) {
      const { late } = this.#clock;
      if (startedAt === 0 || !late || error !== late) throw error;
      return this.#made(request, { error: late, code: 'ETIMEDOUT' }, startedAt);
    } finally {
      this.#clock.stop();
    }
  }

  #made(request: OutboundRequest, answer: Answer, startedAt: number): Made {
    const durationMs = performance.now() - startedAt;
    const isFailure = 'error' in answer;
    return {
      request,
      answer,
      outcome: isFailure ? { code: answer.code } : { status: answer.status, headers: answer.headers },
      number: this.#number,
      durationMs,
      errorBody: isFailure || answer.status < 400 || !this.options.onAttempt ? undefined : loggedBody(answer, request.secrets),
    };
  }

  /** Most calls are over here: nobody asked for another attempt, and credentials were not refused. */
  #isLast({ status }: AttemptOutcome): boolean {
    return this.#spent >= this.#retries && status !== UNAUTHORIZED;
  }

  #tell({ request, outcome, number, durationMs, errorBody }: Made, next: Next): void {
    const { onAttempt } = this.options;
    if (!onAttempt) return;
    const facts = { request, outcome, number, durationMs, errorBody };
    if (next === END) onAttempt(facts);
    else if (next.waitMs === undefined) onAttempt({ ...facts, retryRefused: next.refused });
    else onAttempt({ ...facts, retryInMs: next.waitMs });
  }

  /** What comes next. What keeps that from being known ends the call. */
  async #decideOn(made: Made): Promise<Next> {
    try {
      return await this.#decide(made.answer, made.outcome);
    } catch (error) {
      this.#tell(made, END);
      if ('discard' in made.answer) made.answer.discard();
      throw error;
    }
  }

  async #decide(answer: Answer, outcome: AttemptOutcome): Promise<Next> {
    const isRefused = outcome.status === UNAUTHORIZED;
    if (isRefused && this.#current.renewable && this.options.renew) return this.#renewOnce(this.options.renew, outcome);
    const decision = retryDecision(outcome, this.#spent, this.#wishes(), this.#current.retry, new Date());
    if (!decision.retry) return END;
    if (!this.#body.canResend) return { refused: 'body-too-large' };
    const waitMs = decision.waitMs ?? (await this.#waitNamedInBody(answer)) ?? decision.fallbackMs;
    if (waitMs >= this.#clock.leftMs) return { refused: 'out-of-time' };
    if (!isRefused || !this.options.renew) return { waitMs };
    const request = await this.options.renew(outcome);
    return request ? { waitMs, request } : END;
  }

  #wishes(): RetryOptions {
    return { networkCodes: this.limits.networkCodes, ...this.options, retries: this.#retries };
  }

  /** Once a call, whatever the caller allows. Credentials are renewed also where this body is gone: the next call needs them. */
  async #renewOnce(renew: NonNullable<SendOptions['renew']>, outcome: AttemptOutcome): Promise<Next> {
    if (this.#hasRenewed) return END;
    this.#hasRenewed = true;
    const request = await renew(outcome);
    if (!request) return END;
    if (!this.#body.canResend) return { refused: 'body-too-large' };
    return this.#clock.leftMs > 0 ? { waitMs: 0, request, isFree: true } : { refused: 'out-of-time' };
  }

  async #goOn({ waitMs, request, isFree }: Next & { waitMs: number }, outcome: AttemptOutcome): Promise<void> {
    if (waitMs > 0) await pause(waitMs, this.options.signal);
    const next = request ?? (await this.options.renew?.(outcome)) ?? this.#current;
    if (next.body !== this.#current.body) this.#body = this.#resendable(next);
    this.#current = next;
    this.#number += 1;
    if (!isFree) this.#spent += 1;
  }

  /** A stream is remembered only where another attempt may want it. */
  #resendable({ body, renewable }: OutboundRequest): ResendableBody {
    const mayRepeat = this.#retries > 0 || (renewable === true && this.options.renew !== undefined);
    return resendable(body, mayRepeat, this.limits.replayBytes);
  }

  async #waitNamedInBody(answer: Answer): Promise<number | undefined> {
    const rule = this.#current.retry?.in_body;
    if (!rule || 'error' in answer) return undefined;
    const bytes = await inTime(answer.beginning(), Math.min(WAIT_BODY_MS, this.#clock.leftMs), () => undefined);
    const text = bytes && decodedBytes(bytes, answer.headers['content-encoding'])?.toString('utf8');
    const waitMs = text === undefined ? undefined : bodyWait(text, rule, new Date());
    if (waitMs !== undefined) this.options.onBodyWait?.(this.#current, waitMs);
    return waitMs;
  }

  #settled(answer: Answer, refused: RetryRefusal | undefined): UpstreamResponse {
    if ('error' in answer) throw refused ? this.#explained(answer.error, refused) : answer.error;
    const told = refused ? answer.with(RETRY_HEADER, retryHeaderValue(refused)) : answer;
    return this.#current.decompress ? told.decompressed() : told;
  }

  #explained(error: AppError, retryRefused: RetryRefusal): AppError {
    const message = `${error.message}; ${refusalSentence(retryRefused, this.limits.replayBytes)}`;
    return new AppError(error.code, message, { payload: { ...(error.payload as object), retryRefused }, cause: error });
  }
}
