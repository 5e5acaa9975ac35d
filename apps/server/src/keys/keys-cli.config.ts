import { z } from 'zod';
import { cryptoEnv } from '#libs/crypto';
import { databaseEnv } from '#libs/database';
import { recordsEnv } from '#libs/records';

/** What the program that handles keys reads from its environment: a part of what the server reads. */
export const keysCliConfig = z.object({ ...databaseEnv, ...recordsEnv, ...cryptoEnv });
export type KeysCliConfig = z.output<typeof keysCliConfig>;
