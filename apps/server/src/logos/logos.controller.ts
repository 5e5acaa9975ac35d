import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Access } from '#libs/http';
import { replyCacheable } from '../providers/cacheable.js';
import { Logos } from './logos.service.js';

const logoParams = z.object({ file: z.string().max(260) });

@ApiTags('Providers')
@Controller('images/template-logos')
export class LogosController {
  constructor(private readonly logos: Logos) {}

  @Get(':file')
  @Access('public')
  @ApiOperation({ summary: 'The logo of a provider', description: '`<provider key>.svg`' })
  @ApiOkResponse({ content: { 'image/svg+xml': { schema: { type: 'string' } } } })
  async logo(
    @Param({ schema: logoParams }) { file }: z.output<typeof logoParams>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    replyCacheable(request, reply, await this.logos.get(file));
  }
}
