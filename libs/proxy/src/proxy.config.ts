import { z } from 'zod';
import { integer } from '#libs/kernel';

const CODE = /^[A-Z][A-Z0-9_]*$/;

/** Variables of every app that calls the APIs of providers. */
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
  FAIRLEAD_PROXY_TOTAL_TIMEOUT_MS: integer(
    900_000,
    'Longest time of one call to a provider until its answer begins, with all attempts and the waits between them; 0 sets no bound. ' +
      'A caller asks for less by the header Fairlead-Timeout; calls of functions end with their run',
    0,
    2 ** 31 - 1,
  ),
  FAIRLEAD_PROXY_REPLAY_LIMIT_BYTES: integer(
    1024 * 1024,
    'How much of a streamed body is remembered for another attempt; a longer one is sent once, and the answer says so',
    0,
    1024 ** 3,
  ),
  NANGO_RETRYABLE_NETWORK_ERRORS: z
    .string()
    .transform((list) => list.split(',').map((code) => code.trim().toUpperCase()))
    .pipe(z.array(z.string().regex(CODE, 'must be codes such as ENOTFOUND, separated by commas')))
    .optional()
    .describe('Codes of network errors after which a call is tried again, besides the usual ones; separated by commas'),
};
export type ProxyConfig = z.output<z.ZodObject<typeof proxyEnv>>;
