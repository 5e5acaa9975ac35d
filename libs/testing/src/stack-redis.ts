import { freePort, launchRedis, type ManagedProcess, redisProgram, redisUrl } from '#libs/embedded';

/** The Redis of one stack, which a test may kill. Nothing of it survives on disk. */
export interface StackRedis {
  readonly url: string;
  isRunning(): boolean;
  /** Ends it without a word; its port stays free for `restart`. */
  kill(): Promise<void>;
  /** Starts it again, empty. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startStackRedis(folder: string, password: string): Promise<StackRedis> {
  const port = await freePort();
  const program = await redisProgram(process.env['PATH'] ?? '', (progress) => console.log(progress));
  const options = { program, folder: `${folder}/redis`, logFile: `${folder}/redis.log`, password, durable: false };
  let server: ManagedProcess = await launchRedis(options, port);
  return {
    url: redisUrl(password, port),
    isRunning: () => !server.hasEnded(),
    async kill() {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
    },
    async restart() {
      server = await launchRedis(options, port);
    },
    async stop() {
      if (!server.hasEnded()) await server.stop();
    },
  };
}
