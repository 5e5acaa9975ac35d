import { chmodSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf, endLeftover, isAlive } from '#libs/embedded';
import { codeOf, ConfigError, messageOf } from '#libs/kernel';

/** Others may pass through, to the database's own folder, and see nothing. */
const PASSABLE = 0o711;
const LAUNCHER = 'apps/standalone/src/launcher/main.js';
const STANDALONE = 'apps/standalone/src/main.js';

/** The folder of everything a stack keeps, held by one launcher at a time. */
export class DataFolder {
  private constructor(readonly path: string) {}

  /**
   * Makes the folder if need be and takes it; waits for what is left of a killed stack.
   * @throws ConfigError when it is no folder, cannot be written or belongs to a stack that runs
   */
  static async take(path: string): Promise<DataFolder> {
    try {
      mkdirSync(path, { recursive: true, mode: PASSABLE });
      const folder = new DataFolder(realpathSync(path));
      folder.#lock();
      for (const name of ['logs', 'objects']) mkdirSync(folder.at(name), { recursive: true, mode: 0o700 });
      await endLeftover(folder.at('standalone.pid'), STANDALONE);
      return folder;
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      throw new ConfigError(`${path} cannot be used as the data folder: ${reasonOf(error)}`);
    }
  }

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  /** Writes a file only its owner may read. */
  keep(name: string, content: string): void {
    writeFileSync(this.at(name), content, { mode: 0o600 });
    chmodSync(this.at(name), 0o600);
  }

  drop(name: string): void {
    rmSync(this.at(name), { force: true });
  }

  release(): void {
    for (const name of ['stack.json', 'standalone.pid', 'launcher.pid']) this.drop(name);
  }

  #lock(): void {
    const file = this.at('launcher.pid');
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      const holder = Number.parseInt(readFileSync(file, 'utf8'), 10);
      if (holder > 0 && holder !== process.pid && isAlive(holder) && commandOf(holder).includes(LAUNCHER)) {
        throw new ConfigError(
          `a stack runs in ${this.path} already (process ${holder}): stop it, or give this one another folder with FAIRLEAD_DATA_DIR`,
        );
      }
      writeFileSync(file, String(process.pid), { mode: 0o600 });
    }
  }
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'a file is in its place';
  if (code === 'EACCES' || code === 'EPERM') return `this user may not write there (uid ${process.getuid?.()})`;
  return messageOf(error);
}
