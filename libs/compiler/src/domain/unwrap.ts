import type ts from 'typescript';
import type { DefinitionCall } from './definition-call.js';

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * The source without its `createX(…)`: the object literal itself is exported, with its type as first property, so that the bundle never
 * needs the package `nango` (spec/functions.md §1.9). No line moves.
 */
export function unwrap(file: ts.SourceFile, { kind, call, literal, exported, isInline }: DefinitionCall): string {
  const open = literal.getStart(file);
  const edits: Edit[] = [
    { from: call.getStart(file), to: open, text: newlines(file.text.slice(call.getStart(file), open)) },
    { from: open, to: open + 1, text: literal.properties.length === 0 ? `{ type: '${kind}'` : `{ type: '${kind}',` },
    { from: literal.getEnd(), to: call.getEnd(), text: newlines(file.text.slice(literal.getEnd(), call.getEnd())) },
  ];
  // As the CLI does: the inline form is exported under its kind too. A name of the author's own comes first.
  if (isInline && !new RegExp(`\\b${kind}\\b`).test(withoutLiteral(file, literal))) {
    edits.push({ from: exported.getStart(file), to: call.getStart(file), text: `export const ${kind} = ` });
    edits.push({ from: exported.getEnd(), to: exported.getEnd(), text: `;export default ${kind};` });
  }
  return apply(file.text, edits);
}

const withoutLiteral = (file: ts.SourceFile, literal: ts.Node): string =>
  file.text.slice(0, literal.getStart(file)) + file.text.slice(literal.getEnd());

const newlines = (text: string): string => text.replaceAll(/[^\n]/g, '');

function apply(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const { from, to, text: next } of edits.toSorted((a, b) => b.from - a.from || b.to - a.to))
    result = result.slice(0, from) + next + result.slice(to);
  return result;
}
