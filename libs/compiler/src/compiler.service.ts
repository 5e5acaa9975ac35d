import { Injectable } from '@nestjs/common';
import { AppError } from '#libs/kernel';
import { isDescribed } from './domain/described.js';
import type { Compiled, CompileResult, CompileTask, SourceProblem } from './compiler.types.js';

export interface CompilerOptions {
  readonly maxCodeBytes: number;
  /** Sources that may wait for their turn. */
  readonly maxQueued: number;
}

const RETRY_AFTER_MS = 5_000;
const SHOWN = 5;

/** Compiles functions, one at a time: the compiler is heavy, and what is sent to it may be made to be heavier. */
@Injectable()
export class Compiler {
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

  constructor(
    private readonly options: CompilerOptions,
    private readonly run: (task: CompileTask) => Promise<CompileResult>,
  ) {}

  /**
   * One TypeScript source as a bundle that can be deployed, with what its definition says (spec/functions.md §1.8-1.9).
   * @throws AppError `compilation_error` with every problem, `validation_error`, `timeout`, `execution_environment_unavailable`
   */
  async compile(task: CompileTask): Promise<Compiled> {
    const bytes = Buffer.byteLength(task.code);
    const { maxCodeBytes } = this.options;
    if (bytes > maxCodeBytes)
      throw new AppError(
        'validation_error',
        `code is ${bytes} bytes long, at most ${maxCodeBytes} are compiled: send less of it`,
      );
    await this.#turn();
    try {
      return accepted(await this.run(task));
    } finally {
      this.#isBusy = false;
      this.#waiting.shift()?.();
    }
  }

  /** @throws AppError `execution_environment_unavailable` */
  async #turn(): Promise<void> {
    if (this.#isBusy || this.#waiting.length > 0) {
      if (this.#waiting.length >= this.options.maxQueued)
        throw new AppError('execution_environment_unavailable', 'too much code waits to be compiled; try again in a moment', {
          retryAfterMs: RETRY_AFTER_MS,
        });
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#isBusy = true;
  }
}

function accepted(result: CompileResult): Compiled {
  if (result.status === 'compiled') {
    // It was read where the author's code runs.
    if (isDescribed(result.described)) return result;
    throw new AppError('validation_error', 'the definition cannot be read: its fields are not what they should be');
  }
  if (result.status === 'invalid') throw new AppError('validation_error', result.message);
  const { problems } = result;
  const shown = problems.slice(0, SHOWN).map(line).join('\n');
  const more = problems.length > SHOWN ? `\n… and ${problems.length - SHOWN} more` : '';
  throw new AppError('compilation_error', `${shown}${more}`, { payload: { problems } });
}

const line = ({ line: at, column, code, message }: SourceProblem): string => `${at}:${column} ${code}: ${message}`;
