import type { TestProject } from 'vitest/node';
import { releaseStores, shareStores } from './test-stores.js';

/** Before tests that start stacks themselves: the servers they start them on. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide('stores', await shareStores());
  return releaseStores;
}
