import { z } from 'zod';
import { modelName } from '#libs/contracts';

const MAX_LIMIT = 10_000;
const MAX_IDS = 100;

export const modelParams = z.object({ model: modelName });

export const batchBody = z.array(z.unknown());
export type BatchBody = z.output<typeof batchBody>;

/** `x-batch-id` makes a batch that is sent again count once; `x-merging` is the pinned cursor of `ignore_if_modified_after`. */
export const batchHeaders = z.object({
  'x-batch-id': z.string().min(1).max(255).optional(),
  'x-merging': z.string().min(1).max(1000).optional(),
});

const recordId = z.string().min(1).max(256);

export const pageQuery = z.object({
  cursor: z.string().min(1).max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(100),
  ids: z.union([z.array(recordId).max(MAX_IDS), recordId.transform((id) => [id])]).optional(),
});
export type PageParams = z.output<typeof pageQuery>;
