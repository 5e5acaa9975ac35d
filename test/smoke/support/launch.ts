import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePorts } from '#libs/embedded';

const START = fileURLToPath(new URL('../../../tools/start/start.mjs', import.meta.url));
const READY_WITHIN_MS = 90_000;

/** One `npm start`, seen from outside. */
export interface Launch {
  readonly child: ChildProcess;
  readonly port: number;
  /** Everything printed so far. */
  output(): string;
  /** Answers once it says that it is ready, with the seconds that took. @throws with its output when it ends before */
  ready(): Promise<number>;
  /** Answers with the exit code. */
  exited: Promise<number | null>;
}

/** Runs `npm start` with a data folder and free ports. */
export async function launch(dataDir: string, env: Record<string, string> = {}): Promise<Launch> {
  const [port, connectPort] = (await freePorts(2)) as [number, number];
  const startedAt = performance.now();
  const child = spawn(process.execPath, [START], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      FAIRLEAD_DATA_DIR: dataDir,
      SERVER_PORT: String(port),
      NANGO_CONNECT_UI_PORT: String(connectPort),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const ready = new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready in time:\n${output}`)), READY_WITHIN_MS);
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Fairlead is ready')) resolve((performance.now() - startedAt) / 1000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    void exited.then((code) => reject(new Error(`ended with ${code}:\n${output}`))).finally(() => clearTimeout(timer));
  });
  ready.catch(() => undefined);
  return { child, port: Number(env['SERVER_PORT'] ?? port), output: () => output, ready: () => ready, exited };
}

/** The process ids of everything below a process, itself included, as Linux tells. */
export function familyOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = statusOf(name, 'PPid');
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const below = (id: number): number[] => [
    id,
    ...[...parents].filter(([, parent]) => parent === id).flatMap(([child]) => below(child)),
  ];
  return below(pid);
}

const statusOf = (pid: number | string, field: string): string | undefined => {
  try {
    return new RegExp(`^${field}:\\s+(\\S+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
};

/** Those that still run; one that has ended and whose parent has not looked does not. */
export const survivors = (pids: readonly number[]): number[] =>
  pids.filter((pid) => !['Z', 'X', undefined].includes(statusOf(pid, 'State')));

/** The one that prepares the stack, below `npm start`'s own process. */
export function launcherOf(launched: Launch): number {
  const pid = familyOf(launched.child.pid as number).find((id) =>
    readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('launcher/main.js'),
  );
  if (!pid) throw new Error('there is no launcher');
  return pid;
}
