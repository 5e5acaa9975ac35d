/** TypeScript functions become bundles that can be deployed, in a process of their own (spec/functions.md §1.8-1.9). */
export { compilerEnv, compilerOptions } from './compiler.config.js';
export { CompilerModule } from './compiler.module.js';
export { Compiler, type CompilerOptions } from './compiler.service.js';
export type { Compiled, Described } from './compiler.types.js';
