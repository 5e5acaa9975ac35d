import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { describeError, errorTypeOf, type FinishedFlow } from '#libs/connect';
import type { AppError } from '#libs/kernel';
import { acceptedLanguage } from './accepted-language.js';
import { queryTexts } from './oauth.dto.js';
import { pageHeaders, type PageResult, resultPage } from './result-page.js';

/** What providers say about a refusal, in their words (spec/auth.md §3.4). */
const PROVIDER_FIELDS = ['error', 'error_description', 'error_reason', 'error_uri', 'status_code', 'error_message'];

/** Answers a browser with how its flow ended. */
@Injectable()
export class ResultPages {
  /** @param status of an error; 400 as the contract has it, unless the error has a better one */
  send(request: FastifyRequest, reply: FastifyReply, flow: FinishedFlow, status = 400): void {
    const nonce = randomBytes(16).toString('base64');
    const { connected, error } = flow;
    const page = resultPage({
      language: acceptedLanguage(request.headers['accept-language']),
      nonce,
      isPending: connected?.isPending ?? false,
      ...(error ? { error: explained(request, error, flow.providerConfigKey) } : {}),
    });
    void reply
      .status(error ? status : 200)
      .headers(pageHeaders(nonce))
      .send(page);
  }
}

function explained(
  request: FastifyRequest,
  error: AppError,
  providerConfigKey: string | undefined,
): NonNullable<PageResult['error']> {
  const query = queryTexts(request.query);
  const said = Object.fromEntries(PROVIDER_FIELDS.flatMap((name) => (query[name] ? [[name, query[name]] as const] : [])));
  const type = errorTypeOf(error);
  const isDebug = query['nango_debug'] === '1';
  return {
    type,
    message: Object.keys(said).length > 0 ? JSON.stringify(said) : describeError(error),
    showDetails: isDebug,
    details: [
      `${type}: ${describeError(error)}`,
      ...Object.entries(said).map(([name, text]) => `${name}: ${text}`),
      ...(providerConfigKey === undefined ? [] : [`integration: ${providerConfigKey}`]),
      `request: ${request.id}`,
      `time: ${new Date().toISOString()}`,
      ...(isDebug ? [`code: ${error.code}`, `parameters: ${Object.keys(query).join(', ')}`] : []),
    ],
  };
}
