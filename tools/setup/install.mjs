import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, SetupError } from './place.mjs';
import { run } from './run.mjs';

/**
 * Installs what the lock file of a folder asks for, unless it is there already. Not by `npm ci`: that refuses a lock file written where
 * the registry had no optional packages for other platforms. This keeps to the lock file just as well, and leaves it as it is.
 */
export async function ensureInstalled(say, folder = root) {
  if (isInstalled(folder)) return;
  say(`installing dependencies (npm install${folder === root ? '' : ` in ${folder}`}), a minute or so the first time`);
  const [npm, ...first] = npmCommand();
  const code = await run(npm, [...first, 'install', ...FLAGS], { cwd: folder });
  if (code !== 0)
    throw new SetupError(`the dependencies could not be installed: \`npm install\` in ${folder} ended with ${code}`);
}

const FLAGS = [
  '--no-save',
  '--include=dev',
  '--include=optional',
  '--no-audit',
  '--no-fund',
  '--no-progress',
  '--loglevel=error',
];

/** The npm that started us, else the one on the PATH. */
const npmCommand = () => (process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm']);

/** npm notes in `node_modules` what it put there, when it has finished: the two lists must agree. */
function isInstalled(folder) {
  const wanted = packagesIn(join(folder, 'package-lock.json'));
  const present = packagesIn(join(folder, 'node_modules', '.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (path === '' || link) return true;
    const found = present[path];
    return found ? found.version === version : optional === true;
  });
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
