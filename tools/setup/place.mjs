import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
export const at = (...parts) => join(root, ...parts);

const NEEDED_MAJOR = 24;

/** The Node that Fairlead runs on: the pinned one from npm, else the one that runs this, if it is new enough. */
export function nodeProgram() {
  const pinned = at('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(pinned)) return pinned;
  if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) return process.execPath;
  throw new SetupError(
    `Node ${NEEDED_MAJOR} is needed and the npm package \`node\` did not bring it (are install scripts switched off?): run \`npm ci --ignore-scripts=false\``,
  );
}

/** Something the person in front of the terminal can cure; said in one sentence, without a stack. */
export class SetupError extends Error {}
