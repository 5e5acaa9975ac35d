import { z } from 'zod';
import { integer } from '#libs/kernel';
import type { GovernorOptions } from '#libs/rate-limits';

const HOUR_MS = 3_600_000;

/** Variables of the server, which keeps the limits of providers for proxied calls and for functions. */
export const rateGovernorEnv = {
  FAIRLEAD_RATE_GOVERNOR: z
    .enum(['off', 'pass', 'wait', 'fail'])
    .default('pass')
    .describe(
      'What a call does when the provider’s rate limit is used up: pass (go all the same; limits are learnt), wait (its turn), fail ' +
        '(with rate_limited). The header Fairlead-Rate-Limit chooses per call. off learns nothing',
    ),
  FAIRLEAD_RATE_GOVERNOR_MAX_WAIT_MS: integer(
    60_000,
    'Longest wait of a call for its turn; the header Fairlead-Max-Wait chooses per call',
    0,
    HOUR_MS,
  ),
  FAIRLEAD_RATE_GOVERNOR_MAX_BLOCK_MS: integer(
    HOUR_MS,
    'Longest time a provider is believed to refuse calls, whatever it says',
    1_000,
    24 * HOUR_MS,
  ),
};
export type RateGovernorConfig = z.output<z.ZodObject<typeof rateGovernorEnv>>;

export const governorOptions = (config: RateGovernorConfig): GovernorOptions => ({
  mode: config.FAIRLEAD_RATE_GOVERNOR,
  maxWaitMs: config.FAIRLEAD_RATE_GOVERNOR_MAX_WAIT_MS,
  maxBlockMs: config.FAIRLEAD_RATE_GOVERNOR_MAX_BLOCK_MS,
});
