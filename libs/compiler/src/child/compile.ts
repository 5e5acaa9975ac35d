import ts from 'typescript';
import type { CompileResult, CompileTask } from '../compiler.types.js';
import { findDefinition } from '../domain/definition-call.js';
import { featuresOf } from '../domain/nango-calls.js';
import { checkRules } from '../domain/rules.js';
import { unwrap } from '../domain/unwrap.js';
import { bundleOf } from './bundle.js';
import { describe } from './describe.js';
import { typeCheck } from './type-check.js';

/** Checks, bundles and describes one source. Its code runs in an isolate only. */
export async function compile({ code, fileName }: CompileTask): Promise<CompileResult> {
  const file = ts.createSourceFile('function.ts', code, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TS);
  const definition = findDefinition(file);
  const form = 'code' in definition ? [definition] : checkRules(file, definition);
  const problems = [...form, ...typeCheck(code)];
  if (problems.length > 0 || 'code' in definition) return { status: 'refused', problems };
  const bundled = await bundleOf(unwrap(file, definition), code, fileName);
  if ('problems' in bundled) return { status: 'refused', problems: bundled.problems };
  const { bundle } = bundled;
  try {
    return { status: 'compiled', bundle, described: await describe(bundle, fileName), features: featuresOf(file) };
  } catch (error) {
    return {
      status: 'invalid',
      message: `the definition cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
