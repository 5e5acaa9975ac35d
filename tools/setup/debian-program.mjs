import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError } from './place.mjs';
import { run } from './run.mjs';
import { takeTurns } from './take-turns.mjs';

/** Programs of administrators, which an unprivileged PATH may lack. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin'];

/**
 * A program that tests need: the one that is there, else Debian's, installed where we may. Without it those tests are skipped, and loudly;
 * not in CI, where a skipped test is a lost one.
 * @param wanted `names` it may have, its Debian `package`, what it is `called`, and the tests that are `skipped` without it
 */
export async function ensureProgram(wanted, say) {
  const found = find(wanted.names);
  if (found) return found;
  if (mayInstall()) {
    await takeTurns(say, async () => {
      if (!find(wanted.names)) await install(wanted, say);
    });
  }
  const installed = find(wanted.names);
  if (installed) return installed;
  const reason = `no ${wanted.called} was found on the PATH: install it (Debian: \`apt-get install ${wanted.package}\`)`;
  if (process.env.CI === 'true') throw new SetupError(reason);
  say(`${wanted.skipped.toUpperCase()} ARE SKIPPED: ${reason}`);
  return undefined;
}

function find(names) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Root, on a system whose packages are Debian's own (Ubuntu's browser is only a pointer to its store). */
function mayInstall() {
  if (process.getuid?.() !== 0) return false;
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** RUNLEVEL=1 keeps a package from starting a system service. */
async function install({ called, package: name, skipped }, say) {
  say(`installing ${called} for ${skipped} (apt-get), a minute or so the first time`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', name],
  ]) {
    const code = await run('apt-get', args, { env }).catch(() => 1);
    if (code !== 0) say(`\`apt-get ${args.join(' ')}\` ended with ${code}`);
  }
}
