import type { TestProject } from 'vitest/node';
import { ensureChromium } from '../../../tools/setup/chromium.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the browser; undefined where there is none. */
    chromium: string | undefined;
  }
}

/** Before tests of pages: a browser. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('chromium', await ensureChromium(console.log));
}
