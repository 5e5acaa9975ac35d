import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * What a function's snapshot is kept under: everything it is made from. The bundle is named by its content, so a snapshot serves that
 * code and no other; the script name is in its stack traces.
 * @param preludePath the prelude it starts from
 */
export function snapshotKeys(preludePath: string): (bundleHash: string, scriptName: string) => string {
  const base = digest([digest([readFileSync(preludePath, 'utf8')]), process.versions.node, process.versions.v8]);
  return (bundleHash, scriptName) => digest([base, bundleHash, scriptName]);
}

const digest = (parts: readonly string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
