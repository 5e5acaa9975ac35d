import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { AppJwts } from './app-jwts.service.js';
import { ConnectionImports } from './connection-imports.service.js';
import { ConnectionReader } from './connection-reader.service.js';
import { ConnectionRemovals, PRE_DELETION, type PreDeletion } from './connection-removals.service.js';
import { ConnectionsController } from './connections.controller.js';
import { LegacyImportController } from './legacy-import.controller.js';
import { LegacyImports } from './legacy-import.service.js';
import { MetadataController } from './metadata.controller.js';
import { UnfinishedConnections } from './unfinished-connections.service.js';

const nothingToGiveBack: PreDeletion = async () => undefined;

/** `/connections` and its deprecated twin `/connection`. */
@Module({
  controllers: [ConnectionsController, MetadataController, LegacyImportController],
  providers: [
    AppJwts,
    ConnectionImports,
    ConnectionReader,
    ConnectionRemovals,
    LegacyImports,
    UnfinishedConnections,
    { provide: PRE_DELETION, useValue: nothingToGiveBack },
  ],
})
export class ConnectionsModule {
  /** As the bare module, with what gives back to providers what deleted connections were granted. */
  static forRoot(preDeletion: Pick<FactoryProvider<PreDeletion>, 'inject' | 'useFactory'>): DynamicModule {
    return { module: ConnectionsModule, providers: [{ provide: PRE_DELETION, ...preDeletion }] };
  }
}
