import type { TestProject } from 'vitest/node';
import { launchStack, type StackAccess } from './stack.js';
import { releaseStores, shareStores, type TestStores } from './test-stores.js';

declare module 'vitest' {
  export interface ProvidedContext {
    stores: TestStores;
    stack: StackAccess;
  }
}

/** Before end-to-end tests: one stack that all files share, in the mode of `FAIRLEAD_E2E_MODE`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stores = await shareStores();
  const stack = await launchStack(stores.databaseUrl).catch(async (error: unknown) => {
    await releaseStores();
    throw error;
  });
  const { baseUrl, connectUiUrl, boardUrl, secretKey, prodSecretKey, operatorPassword, databaseUrl, redisUrl } = stack;
  project.provide('stores', stores);
  project.provide('stack', {
    baseUrl,
    connectUiUrl,
    boardUrl,
    secretKey,
    prodSecretKey,
    operatorPassword,
    databaseUrl,
    redisUrl,
  });
  return async () => {
    await stack.stop();
    await releaseStores();
  };
}
