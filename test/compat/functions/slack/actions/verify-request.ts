import { createAction } from 'nango';
import { createHmac, timingSafeEqual } from 'crypto';
import * as z from 'zod';

const Input = z.object({ secret: z.string(), timestamp: z.string(), body: z.string(), signature: z.string() });

const action = createAction({
  description: 'Checks the signature of a request that Slack sent',
  version: '1.0.0',
  input: Input,
  output: z.object({ valid: z.boolean(), expected: z.string() }),
  exec: async (_nango, input) => {
    const { secret, timestamp, body, signature } = Input.parse(input);
    const expected = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;
    const valid = signature.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
    return { valid, expected };
  },
});

export type NangoActionLocal = Parameters<(typeof action)['exec']>[0];
export default action;
