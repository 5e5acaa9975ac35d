import { outcome, type Outcome } from '#libs/contracts';

const ID_LENGTH = 36;

/** A word on a reply channel: the execution's id, then its outcome as JSON, or nothing while it runs. */
export const replyMessage = (id: string, result?: Outcome): string => id + (result ? JSON.stringify(result) : '');

/** @throws what zod or JSON throw on a message of another release that cannot be read */
export function readReply(message: string): { id: string; outcome: Outcome | undefined } {
  const text = message.slice(ID_LENGTH);
  return { id: message.slice(0, ID_LENGTH), outcome: text === '' ? undefined : outcome.parse(JSON.parse(text)) };
}
