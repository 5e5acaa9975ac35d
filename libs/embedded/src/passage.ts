import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '#libs/kernel';

/** How to run a program that refuses to run as root. */
export interface Passage {
  /** Who it runs as, when we are root; files it owns are given to this user. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** Turns a command into one that runs as that user and reaches its files. */
  wrap(command: string, args: readonly string[]): { command: string; args: string[]; uid?: number; gid?: number };
}

const ACCOUNTS = ['postgres', 'nobody'];
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv', '/sbin/setpriv', '/usr/sbin/setpriv'];
const OTHERS_MAY_PASS = 0o001;
const OTHERS_MAY_RUN = 0o005;

/**
 * Postgres refuses to run as root. As root it runs as an unprivileged account; where that account could not walk to the files
 * (a home directory of mode 0700), it keeps one capability, CAP_DAC_OVERRIDE, through setpriv, so that everything stays in place.
 * @param program the binary; @param folder where its data is kept, which need not exist yet
 */
export function passageFor(program: string, folder: string): Passage {
  if (process.getuid?.() !== 0) return { owner: undefined, wrap: (command, args) => ({ command, args: [...args] }) };
  const owner = ownerOf(folder) ?? unprivilegedAccount();
  if (isOpenToAll(program, folder)) return { owner, wrap: (command, args) => ({ command, args: [...args], ...owner }) };
  const setpriv = SETPRIV.find((path) => existsSync(path));
  if (!setpriv) {
    throw new ConfigError(
      `Postgres cannot run as root, and user ${owner.uid} cannot enter ${folder}: install util-linux (setpriv) or use a folder that everybody may enter`,
    );
  }
  return { owner, wrap: (command, args) => ({ command: setpriv, args: [...keepPassage(owner), command, ...args] }) };
}

function keepPassage(owner: { uid: number; gid: number }): string[] {
  return [
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    '--clear-groups',
    // access(2), with which Postgres checks its own binary, forgets the capability without this bit.
    '--securebits=+no_setuid_fixup',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=+dac_override',
    '--',
  ];
}

/** Data made before stays with whom it belongs to. */
function ownerOf(folder: string): { uid: number; gid: number } | undefined {
  const stats = statSync(folder, { throwIfNoEntry: false });
  return stats && stats.uid !== 0 ? { uid: stats.uid, gid: stats.gid } : undefined;
}

function unprivilegedAccount(): { uid: number; gid: number } {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ACCOUNTS) {
    const account = accounts.find((fields) => fields[0] === name);
    if (account && Number(account[2]) > 0) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new ConfigError(`Postgres cannot run as root and there is no user ${ACCOUNTS.join(' or ')}: start as another user`);
}

function isOpenToAll(program: string, folder: string): boolean {
  if ((statSync(program).mode & OTHERS_MAY_RUN) !== OTHERS_MAY_RUN) return false;
  return [...ancestors(program), ...ancestors(folder)].every(
    (path) => ((statSync(path, { throwIfNoEntry: false })?.mode ?? OTHERS_MAY_PASS) & OTHERS_MAY_PASS) !== 0,
  );
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...ancestors(parent)];
}
