import { z } from 'zod';

export const keysQuery = z.strictObject({
  scan: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true'),
});
export type KeysQuery = z.output<typeof keysQuery>;

export const rotateKeys = z.strictObject({ scope: z.enum(['root', 'data']) }).meta({ id: 'RotateKeys' });
export type RotateKeys = z.output<typeof rotateKeys>;
