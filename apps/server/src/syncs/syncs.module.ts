import { Module } from '@nestjs/common';
import { SyncLifecycle } from './sync-lifecycle.js';
import { SyncRequests } from './sync-requests.service.js';
import { SyncScopes } from './sync-scopes.service.js';
import { SyncsController } from './syncs.controller.js';

/** `/sync/*` but deploys; opens and closes syncs with connections. */
@Module({ controllers: [SyncsController], providers: [SyncLifecycle, SyncRequests, SyncScopes] })
export class SyncsModule {}
