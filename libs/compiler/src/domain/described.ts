import { z } from 'zod';
import type { Described } from '../compiler.types.js';

const schema = z.record(z.string(), z.unknown());

const described = z.looseObject({
  type: z.enum(['action', 'sync', 'onEvent']),
  hasExec: z.boolean(),
  models: z.record(z.string(), schema),
  input: schema.optional(),
  output: schema.optional(),
  metadata: schema.optional(),
});

/** Whether this has the form of a description. What its fields say is checked by whoever deploys it. */
export const isDescribed = (value: unknown): value is Described => described.safeParse(value).success;
