import { Global, Module } from '@nestjs/common';
import { CondemnedCodeRepository } from './condemned-code.repository.js';
import { DeployLocks } from './deploy-locks.service.js';
import { FunctionVersionsRepository } from './function-versions.repository.js';
import { FunctionVersions } from './function-versions.service.js';
import { FunctionsRepository } from './functions.repository.js';
import { Functions } from './functions.service.js';
import { UnusedCode } from './unused-code.service.js';

/** Provides `Functions`, `FunctionVersions`, `UnusedCode` and `DeployLocks`; needs `Database`, `ObjectStore` and `RedisModule`. */
@Global()
@Module({
  providers: [
    CondemnedCodeRepository,
    UnusedCode,
    DeployLocks,
    Functions,
    FunctionsRepository,
    FunctionVersions,
    FunctionVersionsRepository,
  ],
  exports: [DeployLocks, Functions, FunctionVersions, UnusedCode],
})
export class FunctionsModule {}
