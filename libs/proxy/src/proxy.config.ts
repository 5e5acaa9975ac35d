import type { z } from 'zod';
import { integer } from '#libs/kernel';
import type { Patience } from './transport.js';

/** Variables of every app that calls providers: how long it waits for them. */
export const proxyEnv = {
  FAIRLEAD_PROXY_HEAD_TIMEOUT_MS: integer(
    300_000,
    'Longest wait for the head of a provider’s answer, counted from when it has the request; 0 waits for ever',
  ),
  FAIRLEAD_PROXY_IDLE_TIMEOUT_MS: integer(
    300_000,
    'Longest silence within a provider’s answer, as of a stream of events; time in which the caller does not read is not counted; ' +
      '0 waits for ever',
  ),
};
export type ProxyConfig = z.output<z.ZodObject<typeof proxyEnv>>;

/** @param config as read; an app without these variables waits as long as undici does */
export const patienceOf = (config: Partial<ProxyConfig>): Patience => ({
  ...(config.FAIRLEAD_PROXY_HEAD_TIMEOUT_MS === undefined ? {} : { headersTimeout: config.FAIRLEAD_PROXY_HEAD_TIMEOUT_MS }),
  ...(config.FAIRLEAD_PROXY_IDLE_TIMEOUT_MS === undefined ? {} : { bodyTimeout: config.FAIRLEAD_PROXY_IDLE_TIMEOUT_MS }),
});
