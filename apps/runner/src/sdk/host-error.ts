import { codeOf, messageOf } from '#libs/kernel';

/** How a failed call is told to the isolate, which rebuilds an error of the same kind (prelude `bridge.ts`). */
export interface HostErrorFacts {
  readonly name: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly payload?: unknown;
  readonly http?: { readonly status?: number | undefined; readonly response?: unknown; readonly config?: unknown } | undefined;
}

/** An error that crosses into the isolate as it is. */
export class HostError extends Error {
  constructor(readonly facts: HostErrorFacts) {
    super(facts.message);
  }
}

/** Facts of whatever was thrown; nothing of the host but its message and code crosses. */
export function factsOf(thrown: unknown): HostErrorFacts {
  if (thrown instanceof HostError) return thrown.facts;
  return { name: 'Error', message: messageOf(thrown), code: codeOf(thrown) };
}
