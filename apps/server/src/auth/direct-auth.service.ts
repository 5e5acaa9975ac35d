import { Injectable } from '@nestjs/common';
import type { Caller } from '#libs/accounts';
import { DirectFlows } from '#libs/connect';
import { type AttemptParams, type AttemptQuery, requestOf } from './attempt.dto.js';

/** What the frontend SDK reads: these two and nothing else (spec/api.md §3.18). */
export interface ConnectedReply {
  readonly connectionId: string;
  readonly providerConfigKey: string;
  readonly isPending?: boolean;
}

/** Reads what routes were given into attempts to connect. */
@Injectable()
export class DirectAuth {
  constructor(private readonly flows: DirectFlows) {}

  /** Errors as of `DirectFlows.connect`. */
  async connect(
    caller: Caller,
    { providerConfigKey }: AttemptParams,
    query: AttemptQuery,
    authMode: string,
    credentials: Readonly<Record<string, unknown>>,
  ): Promise<ConnectedReply> {
    const request = { ...requestOf(caller, query), authMode, credentials };
    const { connectionId } = await this.flows.connect(caller, providerConfigKey, request);
    return { connectionId, providerConfigKey };
  }

  /** Errors as of `DirectFlows.connectLater`. */
  async connectLater(caller: Caller, { providerConfigKey }: AttemptParams, query: AttemptQuery): Promise<ConnectedReply> {
    const { connectionId } = await this.flows.connectLater(caller, providerConfigKey, requestOf(caller, query));
    return { connectionId, providerConfigKey, isPending: true };
  }
}
