import { migrateAll } from '#libs/migrate';
import { newStackSecrets } from '#libs/embedded';
import type { TestProject } from 'vitest/node';
import { createDatabase } from './databases.js';
import { releaseStores, shareStores, type TestStores } from './test-stores.js';

declare module 'vitest' {
  export interface ProvidedContext {
    stores: TestStores;
    template: { name: string; encryptionKey: string };
  }
}

/** Before integration tests: servers, and one migrated database to copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stores = await shareStores();
  const template = await createDatabase(stores.databaseUrl);
  const { NANGO_ENCRYPTION_KEY: encryptionKey } = newStackSecrets();
  await migrateAll({ NANGO_DATABASE_URL: template.url, NANGO_ENCRYPTION_KEY: encryptionKey }).catch(async (error: unknown) => {
    await releaseStores();
    throw error;
  });
  project.provide('stores', stores);
  project.provide('template', { name: template.name, encryptionKey });
  return async () => {
    await template.drop();
    await releaseStores();
  };
}
