import { integer } from '#libs/kernel';

/** Variables of every app that sends webhooks to customers. */
export const deliveriesEnv = {
  NANGO_WEBHOOK_TIMEOUT_MS: integer(20_000, 'Longest wait for the answer to one webhook', 1, 120_000),
};
