import { expect, it } from 'vitest';
import { Compiler } from './compiler.service.js';
import type { CompileResult, CompileTask } from './compiler.types.js';

const LIMITS = { maxCodeBytes: 10, maxQueued: 1 };
const DONE: CompileResult = {
  status: 'compiled',
  bundle: '',
  described: { type: 'action', hasExec: true, models: {} },
  features: [],
};
const task = (code: string): CompileTask => ({ code, fileName: 'a.ts' });

it('compiles one at a time, lets some wait, and refuses the others with a hint', async () => {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const compiler = new Compiler(LIMITS, ({ code }) => {
    begun.push(code);
    return new Promise((resolve) => ends.push(() => resolve(DONE)));
  });
  const [a, b] = [compiler.compile(task('a')), compiler.compile(task('b'))];
  await expect(compiler.compile(task('c'))).rejects.toMatchObject({
    code: 'execution_environment_unavailable',
    retryAfterMs: 5_000,
  });
  expect(begun).toEqual(['a']);
  ends[0]?.();
  await a;
  await expect.poll(() => begun).toEqual(['a', 'b']);
  ends[1]?.();
  expect(await b).toEqual(DONE);
});

it('goes on after one that failed', async () => {
  let runs = 0;
  const compiler = new Compiler(LIMITS, () => ((runs += 1) === 1 ? Promise.reject(new Error('gone')) : Promise.resolve(DONE)));
  await expect(compiler.compile(task('a'))).rejects.toThrow('gone');
  expect(await compiler.compile(task('b'))).toEqual(DONE);
});

it('names every problem, the first of them in the message', async () => {
  const problems = [{ line: 3, column: 7, code: 'TS1', message: 'wrong' }];
  const compiler = new Compiler(LIMITS, () => Promise.resolve({ status: 'refused', problems }));
  await expect(compiler.compile(task('a'))).rejects.toMatchObject({
    code: 'compilation_error',
    message: '3:7 TS1: wrong',
    payload: { problems },
  });
});

it('refuses long code, and descriptions of another form', async () => {
  const forged = { ...DONE, described: { type: 'action', hasExec: true, models: null } } as unknown as CompileResult;
  const compiler = new Compiler(LIMITS, () => Promise.resolve(forged));
  await expect(compiler.compile(task('x'.repeat(11)))).rejects.toMatchObject({ code: 'validation_error' });
  await expect(compiler.compile(task('a'))).rejects.toMatchObject({ code: 'validation_error' });
});
