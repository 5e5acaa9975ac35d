import { Module } from '@nestjs/common';
import { ConnectionImports } from './connection-imports.service.js';
import { ConnectionReader } from './connection-reader.service.js';
import { ConnectionsController } from './connections.controller.js';
import { LegacyImportController } from './legacy-import.controller.js';
import { LegacyImports } from './legacy-import.service.js';
import { MetadataController } from './metadata.controller.js';

/** `/connections` and its deprecated twin `/connection`. */
@Module({
  controllers: [ConnectionsController, MetadataController, LegacyImportController],
  providers: [ConnectionImports, ConnectionReader, LegacyImports],
})
export class ConnectionsModule {}
