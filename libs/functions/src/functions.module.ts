import { Global, Module } from '@nestjs/common';
import { DeployLocks } from './deploy-locks.service.js';
import { FunctionsRepository } from './functions.repository.js';
import { Functions } from './functions.service.js';

/** Provides `Functions` and `DeployLocks`; needs `Database` and `ObjectStore`. */
@Global()
@Module({ providers: [DeployLocks, Functions, FunctionsRepository], exports: [DeployLocks, Functions] })
export class FunctionsModule {}
