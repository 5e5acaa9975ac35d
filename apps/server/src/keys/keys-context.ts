import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CryptoModule } from '#libs/crypto';
import { databaseOptions, DatabaseModule } from '#libs/database';
import { KeyRotationModule, KeyRotations } from '#libs/key-rotation';
import { RecordsModule, recordsOptions } from '#libs/records';
import type { KeysCliConfig } from './keys-cli.config.js';

const APPLICATION_NAME = 'fairlead-keys';

@Module({})
class KeysModule {}

/**
 * Lets a command work with the keys of an installation, beside its services.
 * @param works whether this process takes an open rotation further
 */
export async function withKeys<Result>(
  config: KeysCliConfig,
  works: boolean,
  command: (rotations: KeyRotations) => Promise<Result>,
): Promise<Result> {
  const module: DynamicModule = {
    module: KeysModule,
    imports: [
      DatabaseModule.forRoot(databaseOptions(config, APPLICATION_NAME)),
      RecordsModule.forRoot(recordsOptions(config, APPLICATION_NAME)),
      CryptoModule.forRoot(config),
      KeyRotationModule.forRoot({ works }),
    ],
  };
  // Logs go to stdout, which is for the answer.
  const context = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  const stop = () => void context.close().then(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await command(context.get(KeyRotations, { strict: false }));
  } finally {
    await context.close();
  }
}
