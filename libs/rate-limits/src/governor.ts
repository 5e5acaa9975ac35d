import type { Gate } from './gate.js';
import { GovernedCall } from './governed-call.js';
import type { Governed, GovernorOptions } from './governed.js';

/**
 * Keeps calls within what providers allow. A bucket is watched only after trouble: a call on any other costs a look into a map, and
 * asks nobody.
 * @typeParam Via what those who keep the buckets need to know of whoever calls
 */
export class Governor<Via = undefined> {
  /** @param options asked for each call, as they may come from elsewhere */
  constructor(
    readonly gate: Gate<Via>,
    readonly options: () => GovernorOptions,
  ) {}

  /** The hooks of one call, for `ProxyTransport.send`; undefined while the governor is off. */
  of(call: Governed<Via>): GovernedCall<Via> | undefined {
    const options = this.options();
    return options.mode === 'off' ? undefined : new GovernedCall(this.gate, call, options);
  }
}
