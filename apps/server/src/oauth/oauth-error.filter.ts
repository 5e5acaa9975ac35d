import { Catch, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BrowserFlows } from '#libs/connect';
import { type ErrorAnswer, HttpErrorFilter } from '#libs/http';
import type { ErrorCode } from '#libs/kernel';
import { queryTexts } from './oauth.dto.js';
import { ResultPages } from './result-pages.service.js';

/** Answered as JSON to programs (spec/api.md §1.2, §3.17); browsers get a page for them too. */
const JSON_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'missing_public_key',
  'invalid_public_key',
  'unknown_account',
  'deprecated_authentication',
  'invalid_connect_session_token_format',
  'unknown_connect_session_token',
  'invalid_query_params',
  'integration_not_allowed',
  'invalid_connection',
]);

/** Shows people a page for what goes wrong on their way to a provider, and tells the page that waits for them. */
@Catch()
@Injectable()
export class OAuthErrorFilter extends HttpErrorFilter {
  constructor(
    private readonly flows: BrowserFlows,
    private readonly pages: ResultPages,
  ) {
    super();
  }

  protected override answer(request: FastifyRequest, reply: FastifyReply, answer: ErrorAnswer): void {
    const { error } = answer;
    const { providerConfigKey } = request.params as { providerConfigKey?: string };
    this.flows.report(queryTexts(request.query)['ws_client_id'], providerConfigKey, error);
    const isJson = JSON_CODES.has(error.code);
    if (isJson && !request.headers.accept?.includes('text/html')) return super.answer(request, reply, answer);
    const flow = { error, ...(providerConfigKey ? { providerConfigKey } : {}) };
    this.pages.send(request, reply, flow, isJson ? error.status : 400);
  }
}
