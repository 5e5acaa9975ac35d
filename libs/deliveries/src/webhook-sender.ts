import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Dispatcher, request } from 'undici';
import type { UrlPolicy } from '#libs/contracts';
import { messageOf } from '#libs/kernel';
import { decideHost, Outbound, type OutboundPolicy, redirectOf, RefusedAddress, type Resolve } from '#libs/outbound';
import type { Attempted } from './deliveries.types.js';

export interface DeliveriesOptions {
  /** Longest wait for one answer, redirects included. */
  readonly timeoutMs: number;
  readonly policy: OutboundPolicy;
  /** Waits before each further attempt. */
  readonly retryDelaysMs: readonly number[];
  /** Instead of the system's resolver. */
  readonly resolve?: Resolve;
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
  readonly #outbound: Outbound;

  constructor(@Inject(DELIVERIES_OPTIONS) private readonly options: DeliveriesOptions) {
    this.#outbound = new Outbound(options.policy, options);
  }

  /** @param own policy of the environment whose webhook it is */
  async post(
    url: string,
    body: string,
    headers: Readonly<Record<string, string>>,
    own: UrlPolicy | undefined,
  ): Promise<Attempted> {
    try {
      const signal = AbortSignal.timeout(this.options.timeoutMs);
      return { status: await this.#follow({ url: new URL(url), method: 'POST', headers, body }, own, signal) };
    } catch (error) {
      return { error: messageOf(error), refused: error instanceof RefusedAddress };
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#outbound.destroy();
  }

  /** The status at the end of a chain of redirects; that of the last redirect where the chain is too long. */
  async #follow(first: Call, own: UrlPolicy | undefined, signal: AbortSignal): Promise<number> {
    const connections = this.#outbound.under(own);
    const { policy } = connections;
    let call = first;
    for (let left = policy.maxRedirects; ; left -= 1) {
      const verdict = decideHost(call.url, policy);
      if (!verdict.allowed) throw new RefusedAddress(verdict.reason);
      const { status, location } = await send(call, connections.dispatcher(), signal);
      const redirect = redirectOf({ ...call, forwardHeaders: true }, status, location);
      if (!redirect || left === 0) return status;
      call = { ...redirect, body: redirect.keepsBody ? call.body : null };
    }
  }
}

async function send(
  { url, method, headers, body }: Call,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<{ status: number; location: string | undefined }> {
  const reply = await request(url, { method, headers, body, signal, dispatcher });
  await reply.body.dump();
  return { status: reply.statusCode, location: [reply.headers['location']].flat()[0] };
}
