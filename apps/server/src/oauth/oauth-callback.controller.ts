import { Controller, Get, Inject, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BrowserFlows } from '#libs/connect';
import { Access } from '#libs/http';
import { AppError } from '#libs/kernel';
import { installationReturn } from './installation-return.js';
import { OAuthErrorFilter } from './oauth-error.filter.js';
import { queryTexts, stateOf } from './oauth.dto.js';
import { OAUTH_OPTIONS, type OAuthOptions } from './oauth.options.js';
import { ResultPages } from './result-pages.service.js';
import { clearedStateCookie, showsState } from './state-cookie.js';

/** Takes browsers back from providers (spec/auth.md §3.4). */
@ApiExcludeController()
@Controller()
@UseFilters(OAuthErrorFilter)
export class OAuthCallbackController {
  constructor(
    private readonly flows: BrowserFlows,
    private readonly pages: ResultPages,
    @Inject(OAUTH_OPTIONS) private readonly options: OAuthOptions,
  ) {}

  @Get(['oauth/callback', 'app-auth/connect'])
  @Access('public')
  async finish(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = queryTexts(request.query);
    const state = stateOf(query);
    if (state === undefined) return this.#withoutState(request, reply, query);
    const isMarked = showsState(request.headers.cookie, state);
    const flow = await this.flows.finish({ state, query, isSameBrowser: isMarked || !this.options.isStateCookieEnforced });
    // Anything may stand for a state in an address; only what a browser keeps as a cookie's name is written into a header.
    if (isMarked) reply.header('set-cookie', clearedStateCookie(state, this.options.isHttps));
    this.pages.send(request, reply, flow);
  }

  /** An installation made at the provider, not from here: its connection follows by webhook. */
  #withoutState(request: FastifyRequest, reply: FastifyReply, query: Record<string, string>): void {
    if (!query['installation_id'] || !query['setup_action']) throw new AppError('state_err', 'the provider sent no state back');
    void reply.redirect(installationReturn(request.headers.referer), 302);
  }
}
