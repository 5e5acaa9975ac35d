import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { loadConfig } from '#libs/kernel';
import { AppModule } from '../../apps/server/src/app.module.js';
import { buildOpenApi } from '../../apps/server/src/openapi.js';
import { serverConfig } from '../../apps/server/src/server.config.js';

/** The public API as its document describes it: a change shows in review. `npx vitest run --project architecture -u` accepts it. */
it('is the API that was agreed on', async () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const config = loadConfig(serverConfig, {
    NANGO_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    NANGO_REDIS_URL: 'redis://127.0.0.1:1',
    FAIRLEAD_EXECUTION_PUBLIC_KEY: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  });
  // In preview nothing is constructed: routes are read, no store is reached.
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(config), new FastifyAdapter(), {
    preview: true,
    logger: false,
  });
  const document = JSON.stringify(buildOpenApi(app, 'http://localhost:3003'), null, 2);
  await expect(`${document}\n`).toMatchFileSnapshot('openapi.json');
});
