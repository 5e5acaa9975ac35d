import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError } from './place.mjs';
import { run } from './run.mjs';
import { takeTurns } from './take-turns.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * A browser for the tests of pages: the one that is there, else Debian's, installed where we may. Without one those tests are skipped, and
 * loudly; not in CI, where a skipped test is a lost one.
 */
export async function ensureChromium(say) {
  const found = findChromium();
  if (found) return found;
  if (mayInstall()) {
    await takeTurns(say, async () => {
      if (!findChromium()) await install(say);
    });
  }
  const installed = findChromium();
  if (installed) return installed;
  const reason = 'no Chromium was found on the PATH: install it (Debian: `apt-get install chromium`)';
  if (process.env.CI === 'true') throw new SetupError(reason);
  say(`BROWSER TESTS ARE SKIPPED: ${reason}`);
  return undefined;
}

function findChromium() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Root, on a system whose packages include a browser (Ubuntu's is only a pointer to its store). */
function mayInstall() {
  if (process.getuid?.() !== 0) return false;
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

async function install(say) {
  say('installing Chromium for the tests of pages (apt-get), a minute or so the first time');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
  ]) {
    const code = await run('apt-get', args, { env }).catch(() => 1);
    if (code !== 0) say(`\`apt-get ${args.join(' ')}\` ended with ${code}`);
  }
}
