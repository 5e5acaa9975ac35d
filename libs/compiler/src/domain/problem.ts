import type ts from 'typescript';
import type { SourceProblem } from '../compiler.types.js';

/** A problem at a node's place in the author's file. */
export function problemAt(file: ts.SourceFile, node: ts.Node, code: string, message: string): SourceProblem {
  const { line, character } = file.getLineAndCharacterOfPosition(node.getStart(file));
  return { line: line + 1, column: character + 1, code, message };
}
