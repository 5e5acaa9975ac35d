import { Module } from '@nestjs/common';
import { RemovedRecords } from './removed-records.service.js';
import { SyncLifecycle } from './sync-lifecycle.js';
import { SyncRequests } from './sync-requests.service.js';
import { SyncScopes } from './sync-scopes.service.js';
import { SyncsController } from './syncs.controller.js';

/** `/sync/*` but deploys; opens and closes syncs with connections. */
@Module({
  controllers: [SyncsController],
  providers: [RemovedRecords, SyncLifecycle, SyncRequests, SyncScopes],
  exports: [SyncRequests],
})
export class SyncsModule {}
