import { z } from 'zod';
import { urlPolicy } from '#libs/contracts';

export const environmentParams = z.strictObject({ environment: z.uuid() });
export type EnvironmentParams = z.output<typeof environmentParams>;

export const environmentsQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  page: z.coerce.number().int().min(0).max(1_000_000).default(0),
});
export type EnvironmentsQuery = z.output<typeof environmentsQuery>;

/** Only for the document. */
const governedEnvironment = z
  .object({ uuid: z.uuid(), name: z.string(), account: z.string(), outbound_policy: urlPolicy.nullable() })
  .meta({ id: 'GovernedEnvironment' });

export const environmentReply = z.object({ data: governedEnvironment });
export const environmentListReply = z.object({ data: z.array(governedEnvironment) });
export type EnvironmentReply = z.output<typeof environmentReply>;
export type EnvironmentListReply = z.output<typeof environmentListReply>;
