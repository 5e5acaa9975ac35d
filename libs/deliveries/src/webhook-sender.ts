import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Dispatcher, request } from 'undici';
import { messageOf } from '#libs/kernel';
import { createOutboundDispatcher, decideHost, type OutboundPolicy, redirectOf, RefusedAddress } from '#libs/outbound';
import type { Attempted } from './deliveries.types.js';

export interface DeliveriesOptions {
  /** Longest wait for one answer, redirects included. */
  readonly timeoutMs: number;
  readonly policy: OutboundPolicy;
  /** Waits before each further attempt. */
  readonly retryDelaysMs: readonly number[];
}

export const DELIVERIES_OPTIONS = Symbol('deliveries-options');

interface Call {
  url: URL;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: string | null;
}

/** Posts to addresses that customers chose, within the outbound policy. */
@Injectable()
export class WebhookSender implements OnApplicationShutdown {
  readonly #dispatcher: Dispatcher;

  constructor(@Inject(DELIVERIES_OPTIONS) private readonly options: DeliveriesOptions) {
    this.#dispatcher = createOutboundDispatcher(options.policy);
  }

  async post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<Attempted> {
    try {
      const signal = AbortSignal.timeout(this.options.timeoutMs);
      return { status: await this.#follow({ url: new URL(url), method: 'POST', headers, body }, signal) };
    } catch (error) {
      return { error: messageOf(error), refused: error instanceof RefusedAddress };
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  /** The status at the end of a chain of redirects; that of the last redirect where the chain is too long. */
  async #follow(first: Call, signal: AbortSignal): Promise<number> {
    let call = first;
    for (let left = this.options.policy.maxRedirects; ; left -= 1) {
      const verdict = decideHost(call.url, this.options.policy);
      if (!verdict.allowed) throw new RefusedAddress(verdict.reason);
      const { status, location } = await this.#send(call, signal);
      const redirect = redirectOf({ ...call, forwardHeaders: true }, status, location);
      if (!redirect || left === 0) return status;
      call = { ...redirect, body: redirect.keepsBody ? call.body : null };
    }
  }

  async #send(
    { url, method, headers, body }: Call,
    signal: AbortSignal,
  ): Promise<{ status: number; location: string | undefined }> {
    const reply = await request(url, {
      method,
      headers,
      body,
      signal,
      dispatcher: this.#dispatcher,
    });
    await reply.body.dump();
    return { status: reply.statusCode, location: [reply.headers['location']].flat()[0] };
  }
}
