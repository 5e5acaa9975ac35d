import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type { FromChild, RunLimits, RunResult, RunSpec, StopReason, ToChild } from './child/protocol.js';

/**
 * Entry file of a sandbox process: built JavaScript, since a child process cannot run TypeScript sources.
 * @throws Error where nothing was built yet
 */
export function sandboxEntry(): string {
  const candidates = ['./child/main.js', '../../../dist/libs/sandbox/src/child/main.js'];
  const entry = candidates.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path));
  if (!entry) throw new Error('the sandbox is not built: run `npm run build`');
  return entry;
}
