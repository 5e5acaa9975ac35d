import { Global, Module } from '@nestjs/common';
import { DeployLocks } from './deploy-locks.service.js';
import { FunctionVersionsRepository } from './function-versions.repository.js';
import { FunctionVersions } from './function-versions.service.js';
import { FunctionsRepository } from './functions.repository.js';
import { Functions } from './functions.service.js';

/** Provides `Functions`, `FunctionVersions` and `DeployLocks`; needs `Database`, `ObjectStore` and `RedisModule`. */
@Global()
@Module({
  providers: [DeployLocks, Functions, FunctionsRepository, FunctionVersions, FunctionVersionsRepository],
  exports: [DeployLocks, Functions, FunctionVersions],
})
export class FunctionsModule {}
