import { All, Controller, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { Access, ValidHeaders } from '#libs/http';
import { type ProxyHeaders, proxyHeaders } from './proxy-headers.js';
import { Proxy } from './proxy.service.js';

@ApiTags('Proxy')
@Controller('proxy')
export class ProxyController {
  constructor(private readonly proxy: Proxy) {}

  @All(['', '*'])
  @Access('environment:proxy')
  @ApiOperation({ summary: 'Call the API of a provider with the credentials of a connection' })
  async carry(
    @CurrentCaller() caller: Caller,
    @ValidHeaders(proxyHeaders) headers: ProxyHeaders,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.proxy.carry(caller, headers, request, reply);
  }
}
