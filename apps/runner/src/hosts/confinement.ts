import { randomInt } from 'node:crypto';
import { inNamespaces, type Namespaces, type NodeStart } from '#libs/confinement';
import { type SandboxFiles, sandboxFiles } from '#libs/sandbox';

/** How a process is forked that runs foreign code. */
export interface Confinement extends NodeStart {
  readonly files: SandboxFiles;
}

/** Of the supervisor's own heap; isolates have theirs. Text of calls passes through it. */
const HEAP_MB = 512;
/** Of its youngest part, which holds what 500 runs leave. */
const YOUNG_MB = 2;
const MAX_SEED = 2 ** 48 - 1;

/**
 * What a sandbox process is left with (docs/sandbox.md): an empty environment, the files of the sandbox to read and none to write, no
 * processes, threads or inspector; where the platform lets us, no network and no look at other processes.
 * @throws Error where namespaces are required and cannot be had
 */
export function confinement(namespaces: Namespaces): Confinement {
  const files = sandboxFiles();
  const flags = [
    '--no-node-snapshot',
    // Unknown to anybody outside, and one for all: a snapshot that one of them takes is used by the others.
    `--hash-seed=${randomInt(1, MAX_SEED)}`,
    `--max-old-space-size=${HEAP_MB}`,
    // Left to itself, the engine lets what one run after the other leaves pile up to 60 MB before it looks.
    `--max-semi-space-size=${YOUNG_MB}`,
    // Together with this, V8 takes the checks out of loops that call something, and such a loop could not be ended (docs/sandbox.md).
    '--no-turboshaft-loop-unrolling',
    // A function that fills its memory takes the core it runs on, and no others to collect it.
    '--single-threaded-gc',
    '--permission',
    '--allow-addons',
    '--disable-warning=PERM0001',
    ...files.readable.map((path) => `--allow-fs-read=${path}`),
  ];
  return { files, ...inNamespaces(namespaces, 'FAIRLEAD_RUNNER_NAMESPACES')(flags) };
}
