import {
  type ArgumentMetadata,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  type PipeTransform,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { AppError, type ErrorCode, type ErrorIssue } from '#libs/kernel';

const CODES = {
  body: 'invalid_body',
  query: 'invalid_query_params',
  param: 'invalid_uri_params',
} as const satisfies Record<string, ErrorCode>;

/** Validates what a route declares with `@Body({ schema })`, `@Query({ schema })` or `@Param({ schema })`, with one error shape for all. */
@Injectable()
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    if (!metadata.schema || metadata.type === 'custom') return value;
    return parseOrThrow(
      metadata.schema as unknown as z.ZodType,
      value ?? (metadata.type === 'body' ? undefined : {}),
      CODES[metadata.type],
    );
  }
}

/** @throws AppError with the given code and one issue per problem */
export function parseOrThrow<Schema extends z.ZodType>(schema: Schema, value: unknown, code: ErrorCode): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError(code, '', { issues: parsed.error.issues.map(toIssue) });
}

const toIssue = (issue: z.core.$ZodIssue): ErrorIssue => ({
  code: issue.code,
  message: issue.message,
  path: issue.path.map(String),
});

const validHeaders = createParamDecorator(({ shape }: { shape: z.ZodType }, context: ExecutionContext) =>
  parseOrThrow(shape, context.switchToHttp().getRequest<FastifyRequest>().headers, 'invalid_headers'),
);

/**
 * Request headers a schema names, lower-case; a wrong one is answered with `invalid_headers`.
 * (The schema is wrapped: Nest would take a bare one, which has a `transform`, for a pipe, and `{ schema }` for its own option.)
 */
export const ValidHeaders = (schema: z.ZodType): ParameterDecorator => validHeaders({ shape: schema });
