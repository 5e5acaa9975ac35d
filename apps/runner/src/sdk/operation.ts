import type { RunContext } from './run-context.js';

/** One call of the function SDK, answered outside the isolate. `args` came out of an isolate: nothing about it is trusted. */
export type Operation = (run: RunContext, args: Record<string, unknown>, body: string | undefined) => Promise<unknown>;
