import { codeOf, messageOf } from '#libs/kernel';

/** How a failed call is told to the isolate, which rebuilds an error of the same kind (prelude `host-error.ts`). */
export interface HostErrorFacts {
  readonly name: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly payload?: unknown;
  /** The SDK's own error: its code is what the caller of the function is told (spec/functions.md §4.3). */
  readonly isSdk?: boolean;
  readonly http?: HttpErrorFacts | undefined;
}

export interface HttpErrorFacts {
  readonly status?: number | undefined;
  readonly response?: object;
  /** The response's data, base64, where bytes were asked for. */
  readonly bytes?: string;
  readonly config?: object;
  /** The call was one of this platform's own API. */
  readonly isApi?: boolean;
}

/** An error that crosses into the isolate as it is. */
export class HostError extends Error {
  constructor(readonly facts: HostErrorFacts) {
    super(facts.message);
  }
}

/** An error of the SDK itself. */
export const sdkError = (code: string, message: string, payload?: unknown): HostError =>
  new HostError({ name: 'Error', message, code, payload, isSdk: true });

/** Facts of whatever was thrown; nothing of the host but its message and code crosses. */
export function factsOf(thrown: unknown): HostErrorFacts {
  if (thrown instanceof HostError) return thrown.facts;
  return { name: 'Error', message: messageOf(thrown), code: codeOf(thrown) };
}
