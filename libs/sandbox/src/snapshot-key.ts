import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { readFileSync } from 'node:fs';

/** A digest costs more than all else that a run needs of a snapshot. */
const REMEMBERED = 5_000;

/**
 * What a function's snapshot is kept under: everything it is made from. The bundle is named by its content, so a snapshot serves that
 * code and no other; the script name is in its stack traces.
 * @param preludePath the prelude it starts from
 */
export function snapshotKeys(preludePath: string): (bundleHash: string, scriptName: string) => string {
  const base = digest(JSON.stringify([readFileSync(preludePath, 'utf8'), process.versions.node, process.versions.v8]));
  const known = new LRUCache<string, string>({ max: REMEMBERED });
  return (bundleHash, scriptName) => {
    const name = JSON.stringify([base, bundleHash, scriptName]);
    const key = known.get(name) ?? digest(name);
    known.set(name, key);
    return key;
  };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
