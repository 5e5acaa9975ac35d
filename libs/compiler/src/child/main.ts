import type { CompileTask, FromCompiler } from '../compiler.types.js';
import { compile } from './compile.js';

/** The compiler's process: one source, one answer, then it ends. It holds no secret; its parent kills it when its time is up. */
const say = (message: FromCompiler, then?: () => void): void => {
  process.send?.(message, undefined, undefined, then);
};

process.once('message', (task: CompileTask) => {
  void compile(task).then((result) => say({ type: 'result', result }, () => process.exit(0)));
});
process.once('disconnect', () => process.exit(0));
say({ type: 'ready' });
