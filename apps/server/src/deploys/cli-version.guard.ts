import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '#libs/kernel';
import { isCliTooOld, OLDEST_CLI } from './domain/cli-version.js';

/** Refuses deploys by a CLI whose protocol is not spoken any more. */
@Injectable()
export class CliVersionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!isCliTooOld(headers['user-agent'])) return true;
    throw new AppError('invalid_cli_version', `this CLI is too old: use version ${OLDEST_CLI} or later`);
  }
}
