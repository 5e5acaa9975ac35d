import { execFileSync } from 'node:child_process';
import { z } from 'zod';

/** Whether a process that runs foreign code is put into namespaces of its own. */
export type Namespaces = 'auto' | 'required' | 'off';

/** A setting that says so. @param what the processes that are meant */
export const namespacesSetting = (what: string) =>
  z
    .enum(['auto', 'required', 'off'])
    .default('auto')
    .describe(
      `${what} without network in namespaces of their own (\`unshare --user --net\`): where the platform lets us, or always, or never`,
    );

/** How Node is to be started, as `fork` takes it. */
export interface NodeStart {
  readonly execPath: string;
  readonly execArgv: readonly string[];
}

/** A user namespace without rights outside, and no network device but a loopback that is down. The process keeps its id. */
const UNSHARE = ['unshare', '--user', '--net', '--ipc', '--'] as const;
const PROBE_MS = 5_000;

/**
 * How Node is started without network and without a look at other processes, where the platform lets us: asked once, by starting a process.
 * @param setting name of the setting that says so, for the error
 * @throws Error where namespaces are required and cannot be had
 */
export function inNamespaces(namespaces: Namespaces, setting: string): (flags: readonly string[]) => NodeStart {
  if (namespaces === 'off' || !canUnshare(namespaces, setting))
    return (flags) => ({ execPath: process.execPath, execArgv: flags });
  const [execPath, ...args] = UNSHARE;
  return (flags) => ({ execPath, execArgv: [...args, process.execPath, ...flags] });
}

function canUnshare(namespaces: Namespaces, setting: string): boolean {
  try {
    const [program, ...args] = UNSHARE;
    execFileSync(program, [...args, process.execPath, '--version'], { stdio: 'ignore', timeout: PROBE_MS });
    return true;
  } catch (cause) {
    if (namespaces === 'required') throw new Error(`${setting} is required, but \`unshare --user --net\` fails here`, { cause });
    return false;
  }
}
