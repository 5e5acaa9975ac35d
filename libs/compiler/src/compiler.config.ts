import { type Namespaces, namespacesSetting } from '#libs/confinement';
import { integer } from '#libs/kernel';
import type { CompilerModuleOptions } from './compiler.module.js';

/** Variables of the service that compiles functions. */
export const compilerEnv = {
  FAIRLEAD_COMPILE_TIMEOUT_MS: integer(60_000, 'How long one function may take to compile', 1_000, 600_000),
  FAIRLEAD_COMPILE_MEMORY_MB: integer(768, 'Heap of the process that compiles one function', 256, 8_192),
  FAIRLEAD_COMPILE_MAX_CODE_BYTES: integer(1_000_000, 'Longest source of a function that is compiled here', 1_000, 16_000_000),
  FAIRLEAD_COMPILE_MAX_QUEUED: integer(20, 'Functions that may wait for the compiler of one server', 0, 1_000),
  FAIRLEAD_COMPILE_NAMESPACES: namespacesSetting('Processes that compile functions'),
};

interface CompilerConfig {
  readonly FAIRLEAD_COMPILE_TIMEOUT_MS: number;
  readonly FAIRLEAD_COMPILE_MEMORY_MB: number;
  readonly FAIRLEAD_COMPILE_MAX_CODE_BYTES: number;
  readonly FAIRLEAD_COMPILE_MAX_QUEUED: number;
  readonly FAIRLEAD_COMPILE_NAMESPACES: Namespaces;
}

/** What `CompilerModule.forRoot` takes, from the variables of the environment. */
export const compilerOptions = (config: CompilerConfig): CompilerModuleOptions => ({
  wallMs: config.FAIRLEAD_COMPILE_TIMEOUT_MS,
  memoryMb: config.FAIRLEAD_COMPILE_MEMORY_MB,
  maxCodeBytes: config.FAIRLEAD_COMPILE_MAX_CODE_BYTES,
  maxQueued: config.FAIRLEAD_COMPILE_MAX_QUEUED,
  namespaces: config.FAIRLEAD_COMPILE_NAMESPACES,
});
