import { z } from 'zod';
import { functionName, modelName } from '#libs/contracts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const OLDEST_DAYS = 365;

/** ISO 8601 with a zone; `Z` is what clients send. */
const modifiedAfter = z.iso
  .datetime({ offset: true })
  .refine((text) => Date.now() - Date.parse(text) <= OLDEST_DAYS * DAY_MS, `must not be older than ${OLDEST_DAYS} days`);

const ACTIONS = ['added', 'updated', 'deleted'] as const;

/** `added,UPDATED`: each item all lower or all upper case. */
const filter = z
  .string()
  .transform((text) => text.split(',').map((item) => item.trim()))
  .pipe(z.array(z.union([z.enum(ACTIONS), z.enum(['ADDED', 'UPDATED', 'DELETED']).transform((item) => item.toLowerCase())])))
  .transform((items) => items as (typeof ACTIONS)[number][]);

const externalId = z.string().min(1).max(256);

export const recordsQuery = z.strictObject({
  model: modelName,
  variant: functionName.optional(),
  modified_after: modifiedAfter.optional(),
  delta: modifiedAfter.optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
  filter: filter.optional(),
  cursor: z.string().min(1).max(1000).optional(),
  ids: z.union([externalId.transform((id) => [id]), z.array(externalId).max(100)]).optional(),
});
export type RecordsQuery = z.output<typeof recordsQuery>;

export const pruneRecords = z
  .strictObject({
    model: modelName,
    variant: functionName.optional(),
    until_cursor: z.string().min(1).max(1000),
    limit: z.number().int().min(1).max(10_000).default(1000),
  })
  .meta({ id: 'PruneRecords' });
export type PruneRecords = z.output<typeof pruneRecords>;

export const pruneReply = z.object({ count: z.number().int(), has_more: z.boolean() });
export type PruneReply = z.output<typeof pruneReply>;

/** Only for the document: pages are written as text. */
export const recordsReply = z.object({
  records: z.array(
    z
      .looseObject({
        id: z.string(),
        _nango_metadata: z.object({
          first_seen_at: z.string(),
          last_modified_at: z.string(),
          last_action: z.enum(['ADDED', 'UPDATED', 'DELETED']),
          deleted_at: z.string().nullable(),
          pruned_at: z.string().nullable(),
          cursor: z.string(),
        }),
      })
      .meta({ id: 'Record' }),
  ),
  next_cursor: z.string().nullable(),
});
