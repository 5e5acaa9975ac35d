import { Injectable } from '@nestjs/common';
import { executionKind } from '#libs/contracts';
import { Dispatcher, ExecutionCaps, Reconciler } from '#libs/executions';
import { Ticker } from '#libs/ticker';

const EVERY_MS = 1_000;

/**
 * Has admission know the caps of environments, offers what waited for its time, and admits what there is room for. Whoever sets caps, offers
 * or ends an execution does the same at once; this is for those who died doing it.
 */
@Injectable()
export class Pump extends Ticker {
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly caps: ExecutionCaps,
    private readonly reconciler: Reconciler,
  ) {
    super(EVERY_MS);
  }

  protected async tick(): Promise<void> {
    await this.caps.publishChanged();
    await this.reconciler.offerDue();
    for (const kind of executionKind.options) await this.dispatcher.pump(kind);
  }
}
