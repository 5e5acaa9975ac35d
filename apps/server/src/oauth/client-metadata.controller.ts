import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ClientIdentities } from '#libs/connect';
import { Access } from '#libs/http';
import { type MetadataParams, metadataParams } from './oauth.dto.js';

/** Who this server is, for authorization servers that ask for it (spec/auth.md §2.16). */
@ApiExcludeController()
@Controller('oauth/client-metadata')
export class ClientMetadataController {
  constructor(private readonly identities: ClientIdentities) {}

  @Get(':environmentUuid/:providerConfigKey')
  @Access('public')
  @Header('cache-control', 'public, max-age=300')
  document(
    @Param({ schema: metadataParams }) { environmentUuid, providerConfigKey }: MetadataParams,
  ): Promise<Record<string, unknown>> {
    return this.identities.document(environmentUuid, providerConfigKey);
  }
}
