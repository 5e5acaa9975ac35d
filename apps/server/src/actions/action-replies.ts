import type { FastifyReply } from 'fastify';
import type { Outcome } from '#libs/contracts';

/** An action whose result is asked for later. */
export interface Accepted {
  readonly id: string;
  readonly isReplay: boolean;
}

/** `202`: the action was accepted and is asked for under its status URL (spec/functions.md §4.4). */
export function replyAccepted(reply: FastifyReply, { id, isReplay }: Accepted): void {
  const statusUrl = `/action/${id}`;
  markReplay(reply, isReplay);
  void reply.status(202).header('location', statusUrl).send({ id, statusUrl });
}

/** What a call with a key was answered, because an earlier one had the same key. */
export function markReplay(reply: FastifyReply, isReplay: boolean): void {
  if (isReplay) void reply.header('idempotent-replayed', 'true');
}

/** The bare output, `null` where there is none to speak of; a failure as the function's runtime classified it (spec/functions.md §4.3). */
export function replyOutcome(reply: FastifyReply, outcome: Outcome): void {
  if (outcome.status === 'succeeded') {
    void reply
      .status(200)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(outcome.output || null));
    return;
  }
  const { status, code, message, ...details } = outcome.error;
  void reply.status(status).send({ error: { ...(message === undefined ? {} : { message }), code, ...details } });
}
