import { execFileSync } from 'node:child_process';
import { type SandboxFiles, sandboxFiles } from '#libs/sandbox';

/** Whether sandbox processes are put into namespaces of their own. */
export type Namespaces = 'auto' | 'required' | 'off';

/** How a process is forked that runs foreign code. */
export interface Confinement {
  readonly files: SandboxFiles;
  readonly execPath: string;
  readonly execArgv: readonly string[];
}

/** Of the supervisor's own heap; isolates have theirs. Text of calls passes through it. */
const HEAP_MB = 512;
/** A user namespace without rights outside, and no network device but a loopback that is down. The process keeps its id. */
const UNSHARE = ['unshare', '--user', '--net', '--ipc', '--'] as const;
const PROBE_MS = 5_000;

/**
 * What a sandbox process is left with (docs/sandbox.md): an empty environment, the files of the sandbox to read and none to write, no
 * processes, threads or inspector; where the platform lets us, no network and no look at other processes.
 * @throws Error where namespaces are required and cannot be had
 */
export function confinement(namespaces: Namespaces): Confinement {
  const files = sandboxFiles();
  const flags = [
    '--no-node-snapshot',
    `--max-old-space-size=${HEAP_MB}`,
    '--permission',
    '--allow-addons',
    '--disable-warning=PERM0001',
    ...files.readable.map((path) => `--allow-fs-read=${path}`),
  ];
  if (namespaces === 'off' || !canUnshare(namespaces)) return { files, execPath: process.execPath, execArgv: flags };
  const [execPath, ...args] = UNSHARE;
  return { files, execPath, execArgv: [...args, process.execPath, ...flags] };
}

function canUnshare(namespaces: Namespaces): boolean {
  try {
    const [program, ...args] = UNSHARE;
    execFileSync(program, [...args, process.execPath, '--version'], { stdio: 'ignore', timeout: PROBE_MS });
    return true;
  } catch (cause) {
    if (namespaces === 'required')
      throw new Error('FAIRLEAD_RUNNER_NAMESPACES is required, but `unshare --user --net` fails here', { cause });
    return false;
  }
}
