import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NodeStart } from '#libs/confinement';
import { AppError } from '#libs/kernel';
import type { CompileResult, CompileTask, FromCompiler } from './compiler.types.js';

export interface ProcessLimits {
  readonly wallMs: number;
  readonly memoryMb: number;
  /** How Node is started, given its flags. */
  readonly node: (flags: readonly string[]) => NodeStart;
}

/** Built JavaScript, since a child process cannot run TypeScript sources. */
const ENTRIES = ['./child/main.js', '../../../dist/libs/compiler/src/child/main.js'];
const [DIST, ROOT] = ['../../../..', '../../../../..'];

/**
 * Compiles one source in a process made for it: no environment, no secret, nothing of the disk but the program itself, no network where the
 * platform lets us, a bounded heap and a deadline. What the source does to the compiler ends with it.
 * @throws AppError `timeout`, `execution_environment_unavailable`, `compilation_error` where the source is too much for the compiler
 */
export function compileApart(task: CompileTask, limits: ProcessLimits): Promise<CompileResult> {
  const child = start(limits);
  return new Promise<CompileResult>((resolve, reject) => {
    const late = setTimeout(() => {
      kill(child);
      reject(new AppError('timeout', `the code was not compiled within ${limits.wallMs / 1000} s`));
    }, limits.wallMs);
    const settle = (end: () => void) => {
      clearTimeout(late);
      end();
    };
    let isReady = false;
    child.on('message', (message: FromCompiler) => {
      if (message.type === 'ready') isReady = true;
      else settle(() => resolve(message.result));
    });
    child.once('error', (cause) =>
      settle(() => reject(new AppError('execution_environment_unavailable', UNAVAILABLE, { cause }))),
    );
    child.once('exit', () => {
      const why = isReady
        ? new AppError('compilation_error', TOO_MUCH)
        : new AppError('execution_environment_unavailable', UNAVAILABLE);
      settle(() => reject(why));
    });
    child.send(task, () => undefined);
  });
}

const UNAVAILABLE = 'the compiler did not start; try again';
const TOO_MUCH = 'the compiler gave up on this code: it needs more memory than a function may take to compile';

function start({ memoryMb, node }: ProcessLimits): ChildProcess {
  const entry = ENTRIES.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path));
  if (!entry) throw new AppError('execution_environment_unavailable', 'the compiler is not built: run `npm run build`');
  const root = fileURLToPath(new URL(ROOT, `file://${entry}`));
  const readable = [fileURLToPath(new URL(DIST, `file://${entry}`)), `${root}node_modules`, `${root}package.json`];
  const flags = [
    '--no-node-snapshot',
    `--max-old-space-size=${memoryMb}`,
    '--disable-warning=SecurityWarning',
    '--permission',
    '--allow-addons',
    '--allow-child-process',
    // Loading a native module asks which system this is.
    '--allow-fs-read=/etc/alpine-release',
    ...new Set(readable.filter((path) => existsSync(path)).flatMap(allowed)),
  ];
  const { execPath, execArgv } = node(flags);
  return fork(entry, [], {
    // A group of its own: what it starts ends with it.
    detached: true,
    env: {},
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execPath,
    execArgv: [...execArgv],
  });
}

/** A link is read by its own name and by that of what it leads to. */
const allowed = (path: string): string[] => [`--allow-fs-read=${path}`, `--allow-fs-read=${realpathSync(path)}`];

function kill(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}
