import type { z } from 'zod';
import type { AuthConfig } from '#libs/auth';
import type { cacheEnv } from '#libs/cache';
import type { databaseEnv } from '#libs/database';
import { flag } from '#libs/kernel';
import { parseOauthPolicy } from '#libs/outbound';
import type { KeeperSetup } from './messages.js';

/** Variables of every app that renews credentials. */
export const refreshEnv = {
  FAIRLEAD_REFRESH_KEEPER: flag(
    true,
    'Renew tokens in a small process of its own, started when there is something to renew, that outlives a crash of the service',
  ),
};

type RefreshConfig = z.output<z.ZodObject<typeof refreshEnv & typeof cacheEnv & typeof databaseEnv>> & AuthConfig;

/** What `CredentialsModule.forRoot` takes as `keeper`, from the variables of the environment. */
export const keeperSetup = (config: RefreshConfig): KeeperSetup | undefined =>
  config.FAIRLEAD_REFRESH_KEEPER
    ? {
        databaseUrl: config.NANGO_DATABASE_URL,
        databaseSsl: config.NANGO_DB_SSL === 'true',
        redisUrl: config.NANGO_REDIS_URL,
        policy: parseOauthPolicy(config),
        stsUrl: config.AWS_ENDPOINT_URL_STS,
        authorities: config.NODE_EXTRA_CA_CERTS,
      }
    : undefined;
