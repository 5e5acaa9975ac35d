import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ManagedProcess, type ProcessExit, startProcess } from '#libs/embedded';
import { LogFile } from './log-file.js';

const entry = fileURLToPath(new URL('../main.js', import.meta.url));
const STOP_WITHIN_MS = 12_000;

export interface AppProcess {
  readonly pid: number;
  /** The address of the API, once everything answers; rejects with ServicesEnded when the process ends before. */
  readonly ready: Promise<string>;
  readonly exited: Promise<ProcessExit>;
  kill(): void;
  stop(): Promise<ProcessExit>;
}

/** The services ended before they were ready. Those that exit by themselves have said why. */
export class ServicesEnded extends Error {
  readonly saidWhy: boolean;

  constructor({ code, signal }: ProcessExit) {
    super(`the services were ended by ${signal}`);
    this.saidWhy = code !== null;
  }
}

/** Starts the services in one process. Its log goes to a file, its complaints to our terminal. */
export async function startApp(env: NodeJS.ProcessEnv, logFile: string, nodeFlags: readonly string[]): Promise<AppProcess> {
  const managed = await startProcess({
    command: process.execPath,
    args: [...nodeFlags, entry],
    env,
    stopSignal: 'SIGTERM',
    stopWithinMs: STOP_WITHIN_MS,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = readyLine(managed, new LogFile(logFile));
  // Nobody may be waiting any more when it ends.
  ready.catch(() => undefined);
  return {
    pid: managed.pid,
    ready,
    exited: managed.exited,
    kill: () => void managed.child.kill('SIGKILL'),
    stop: () => managed.stop(),
  };
}

function readyLine(managed: ManagedProcess, log: LogFile): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: managed.child.stdout as NodeJS.ReadableStream, crlfDelay: Infinity });
    lines.on('line', (line) => {
      log.write(line);
      const url = addressIn(line);
      if (url) resolve(url);
    });
    void managed.exited.then((exit) => reject(new ServicesEnded(exit)));
  });
}

const READY = '{"event":"ready","service":"standalone"';

/** The services say once, on a line of its own, that they are ready and where; the runner's line goes by. */
function addressIn(line: string): string | undefined {
  return line.startsWith(READY) ? (JSON.parse(line) as { url?: string }).url : undefined;
}
