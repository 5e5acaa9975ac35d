import { z } from 'zod';
import type { Tag } from '../changes/topics.js';

const message = z.object({ from: z.string(), changed: z.array(z.string()) });

/** One message of the channel. */
export interface ChangeMessage {
  /** The process that says it; it has heeded its own words already. */
  readonly from: string;
  readonly changed: readonly Tag[];
}

export const writeMessage = (said: ChangeMessage): string => JSON.stringify(said);

/** Null for what is not a message. */
export function readMessage(text: string): ChangeMessage | null {
  try {
    return message.parse(JSON.parse(text)) as ChangeMessage;
  } catch {
    return null;
  }
}
