import { Readable } from 'node:stream';
import type { RequestBody } from './domain/outbound-request.js';
import { LentStream } from './lent-stream.js';
import { RememberedStream } from './remembered-stream.js';

/** How much of a streamed body is remembered for another attempt. */
export const REPLAY_LIMIT_BYTES = 1024 * 1024;

/** A request body for one attempt after another. */
export interface ResendableBody {
  /** False once it has been sent and could not be sent again. */
  readonly canResend: boolean;
  /** The body for the next attempt. */
  take(): RequestBody | null;
  /** No attempt follows. */
  release(): void;
}

/**
 * @param keep remember the beginning of a stream: without it a stream can be sent once. The stream is never read ahead of the
 * upstream, so a long upload costs no more memory than the limit.
 */
export function resendable(body: RequestBody | undefined, keep: boolean, limitBytes = REPLAY_LIMIT_BYTES): ResendableBody {
  if (!(body instanceof Readable)) return { canResend: true, take: () => body ?? null, release: () => undefined };
  return keep ? new RememberedStream(body, limitBytes) : new SentOnce(body);
}

class SentOnce implements ResendableBody {
  readonly canResend = false;

  constructor(private readonly stream: Readable) {}

  take(): Readable {
    return new LentStream(this.stream);
  }

  /** What is lent is read away by itself. */
  release(): void {}
}
