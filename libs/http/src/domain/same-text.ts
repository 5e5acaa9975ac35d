import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether what was given is the secret. Takes the same time for anything that is given. */
export const isSameText = (given: string, secret: string): boolean => timingSafeEqual(digest(given), digest(secret));
