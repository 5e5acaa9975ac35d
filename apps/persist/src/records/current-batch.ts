import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { parseOrThrow } from '#libs/http';
import type { BatchScope } from '#libs/records';
import { executionOf, fenceOf } from '../execution/execution.guard.js';
import { batchScope } from './batch-scope.js';
import { batchHeaders, modelParams } from './records.dto.js';

/** A batch of the run that called, with the cursor it pinned. */
export interface RequestedBatch extends BatchScope {
  readonly merging: string | undefined;
}

/** The batch a request is about: dataset from token and path, batch id and pinned cursor from its headers. */
export const CurrentBatch = createParamDecorator((_data: unknown, context: ExecutionContext): RequestedBatch => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const { model } = parseOrThrow(modelParams, request.params, 'invalid_uri_params');
  const headers = parseOrThrow(batchHeaders, request.headers, 'invalid_headers');
  const scope = batchScope(executionOf(context), model, headers['x-batch-id']);
  return { ...scope, fence: fenceOf(context), merging: headers['x-merging'] };
});
