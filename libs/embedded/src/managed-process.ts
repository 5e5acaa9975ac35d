import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';

export interface ProcessPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Asks the process to end in order. */
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** How long it may take to end before it is killed. */
  readonly stopWithinMs: number;
  readonly stdio: StdioOptions;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child that never outlives us: stopped in order when we ask, and by its keeper when we are killed. */
export interface ManagedProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Settles when the process has ended, for whatever reason. */
  readonly exited: Promise<ProcessExit>;
  hasEnded(): boolean;
  /** Asks it to end, kills it when it takes too long, and answers when it is gone. */
  stop(): Promise<ProcessExit>;
}

/** Waits for the end of its input, which comes when we stop or die, then ends the process it keeps: asked first, killed after `$3` seconds. */
const KEEPER_SCRIPT = `read -r _
kill -s "$1" "$2" || exit
while [ "$3" -gt 0 ]; do sleep 1; kill -0 "$2" || exit; set -- "$1" "$2" $(($3 - 1)); done
kill -s KILL "$2"`;

/**
 * Starts a process in a group of its own, so that Ctrl-C in a terminal reaches us alone and we decide the order of stopping.
 * @throws the spawn error, such as ENOENT, when it cannot be started
 */
export async function startProcess(plan: ProcessPlan): Promise<ManagedProcess> {
  const child = spawn(plan.command, plan.args, {
    detached: true,
    env: plan.env,
    stdio: plan.stdio,
    ...(plan.cwd === undefined ? {} : { cwd: plan.cwd }),
    ...(plan.uid === undefined ? {} : { uid: plan.uid }),
    ...(plan.gid === undefined ? {} : { gid: plan.gid }),
  });
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const pid = child.pid as number;
  keep(pid, plan, exited);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return { pid, child, exited, hasEnded, stop: () => stop(child, plan, exited) };
}

function keep(pid: number, plan: ProcessPlan, exited: Promise<ProcessExit>): void {
  const signal = plan.stopSignal.slice('SIG'.length);
  const seconds = String(Math.ceil(plan.stopWithinMs / 1000));
  const keeper = spawn('/bin/sh', ['-c', KEEPER_SCRIPT, 'keeper', signal, String(pid), seconds], {
    detached: true,
    env: plan.env,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keeper.on('error', () => undefined);
  keeper.unref();
  void exited.then(() => keeper.kill('SIGKILL'));
}

async function stop(child: ChildProcess, plan: ProcessPlan, exited: Promise<ProcessExit>): Promise<ProcessExit> {
  child.kill(plan.stopSignal);
  const patience = setTimeout(() => child.kill('SIGKILL'), plan.stopWithinMs);
  try {
    return await exited;
  } finally {
    clearTimeout(patience);
  }
}
