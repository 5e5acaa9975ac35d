import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, type Secret } from '#libs/kernel';
import { isOperator } from './domain/operator.js';

/** Injection token of what operators sign in with. */
export const OPERATOR = Symbol('operator');

export interface OperatorCredentials {
  readonly username: string;
  /** Without one nobody is let in. */
  readonly password: Secret | undefined;
}

/** Opens routes to operators, by Basic authentication. A browser that is signed in does not act for another site. */
@Injectable()
export class OperatorGuard implements CanActivate {
  constructor(@Inject(OPERATOR) private readonly operator: OperatorCredentials) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    const { headers, method } = http.getRequest<FastifyRequest>();
    const { username, password } = this.operator;
    if (!isOperator(headers.authorization, username, password?.reveal())) {
      http.getResponse<FastifyReply>().header('www-authenticate', 'Basic realm="Fairlead", charset="UTF-8"');
      throw new AppError('missing_auth_header', 'operators sign in with Basic authentication');
    }
    if (method !== 'GET' && /^(cross|same)-site$/.test(String(headers['sec-fetch-site']))) {
      throw new AppError('forbidden', 'another site may not act for an operator');
    }
    return true;
  }
}
