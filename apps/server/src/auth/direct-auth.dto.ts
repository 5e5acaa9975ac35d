import { z } from 'zod';
import { AppError } from '#libs/kernel';

const text = (max: number, min = 1) => z.string().min(min).max(max);

/** Bodies by auth mode (spec/api.md §3.18). */
export const apiKeyBody = z.strictObject({ apiKey: text(1024) }).meta({ id: 'ConnectApiKey' });
export type ApiKeyBody = z.output<typeof apiKeyBody>;

export const basicBody = z.strictObject({ username: text(1024, 0), password: text(1024, 0) }).meta({ id: 'ConnectBasic' });
export type BasicBody = z.output<typeof basicBody>;

export const tbaBody = z
  .strictObject({
    token_id: text(2048),
    token_secret: text(2048),
    oauth_client_id_override: text(255).optional(),
    oauth_client_secret_override: text(2048).optional(),
  })
  .meta({ id: 'ConnectTba' });
export type TbaBody = z.output<typeof tbaBody>;

export const billBody = z
  .strictObject({ username: text(1024), password: text(1024), organization_id: text(255), dev_key: text(1024) })
  .meta({ id: 'ConnectBill' });
export type BillBody = z.output<typeof billBody>;

export const signatureBody = z
  .strictObject({ username: text(1024), password: text(1024), type: z.literal('SIGNATURE') })
  .meta({ id: 'ConnectSignature' });
export type SignatureBody = z.output<typeof signatureBody>;

export const awsBody = z
  .strictObject({
    role_arn: text(2048),
    region: z
      .string()
      .regex(/^[a-z0-9-]{1,64}$/, 'must be lower-case letters, digits and hyphens')
      .optional(),
  })
  .meta({ id: 'ConnectAws' });
export type AwsBody = z.output<typeof awsBody>;

/** All that is typed is kept with the connection, and read with it: keys and certificates fit in, heaps of anything do not. */
const MAX_TYPED = 65_536;
const isTypable = (body: object): boolean => JSON.stringify(body).length <= MAX_TYPED;
const TOO_MUCH = `must hold no more than ${MAX_TYPED} characters in all`;

/** Fields are the provider's. */
export const freeBody = z.looseObject({ type: z.string().optional() }).refine(isTypable, TOO_MUCH);
export type FreeBody = z.output<typeof freeBody>;

export const clientBody = z
  .looseObject({
    client_id: text(255, 0).optional(),
    client_secret: text(2048, 0).optional(),
    client_certificate: text(10_000, 0).optional(),
    client_private_key: text(10_000, 0).optional(),
  })
  .refine(isTypable, TOO_MUCH)
  .meta({ id: 'ConnectClient' });
export type ClientBody = z.output<typeof clientBody>;

/** @throws AppError `missing_client_id`, `missing_client_secret` */
export function checkClient(body: ClientBody): ClientBody {
  if (!body.client_id) throw new AppError('missing_client_id', 'client_id is required');
  if (!body.client_secret && !body.client_private_key) {
    throw new AppError('missing_client_secret', 'client_secret or client_private_key is required');
  }
  return body;
}

export const connectedReply = z
  .object({ connectionId: z.string(), providerConfigKey: z.string(), isPending: z.boolean().optional() })
  .meta({ id: 'Connected' });

/** The fields alone: `type` only says which route is meant. */
export const withoutType = ({ type: _type, ...fields }: Readonly<Record<string, unknown>>): Record<string, unknown> => fields;
