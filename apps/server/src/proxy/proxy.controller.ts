import { All, Controller, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '#libs/http';
import { PROXY_ACCESS, ProxyRoute } from './proxy.route.js';

/** Declares the route to the API's document and to the list of who may call what; `ProxyRoute` usually answers before it. */
@ApiTags('Proxy')
@Controller('proxy')
export class ProxyController {
  constructor(private readonly route: ProxyRoute) {}

  @All(['', '*'])
  @Access(...PROXY_ACCESS)
  @ApiOperation({ summary: 'Call the API of a provider with the credentials of a connection' })
  carry(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    reply.hijack();
    this.route.handle(request.raw, reply.raw);
  }
}
