import { Body, Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller } from '#libs/accounts';
import { Access } from '#libs/http';
import { LegacyImports } from './legacy-import.service.js';
import { type LegacyImport, legacyImport } from './legacy.dto.js';

@ApiTags('Connections')
@Controller('connection')
export class LegacyImportController {
  constructor(private readonly imports: LegacyImports) {}

  @Post()
  @Access('environment:connections:create')
  @ApiOperation({ summary: 'Import a connection, in the first form of this call', deprecated: true })
  import(@CurrentCaller() caller: Caller, @Body({ schema: legacyImport }) body: LegacyImport): Promise<LegacyImport> {
    return this.imports.run(caller, body);
  }
}
