import { Injectable } from '@nestjs/common';
import { executionKind } from '#libs/contracts';
import { Dispatcher } from '#libs/executions';
import { Ticker } from '#libs/ticker';

const EVERY_MS = 1_000;

/** Admits what there is room for. Whoever offers or ends an execution does the same at once; this is for those who died doing it. */
@Injectable()
export class Pump extends Ticker {
  constructor(private readonly dispatcher: Dispatcher) {
    super(EVERY_MS);
  }

  protected async tick(): Promise<void> {
    for (const kind of executionKind.options) await this.dispatcher.pump(kind);
  }
}
