import ts from 'typescript';

/** The method of a call on the identifier `nango`, such as `get`. */
export function calledOnNango(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { expression, name } = node.expression;
  return ts.isIdentifier(expression) && expression.text === 'nango' ? name.text : undefined;
}

export interface NangoCall {
  readonly method: string;
  readonly node: ts.CallExpression;
}

/** Every call on `nango` below a node, in the order of the text. */
export function nangoCalls(within: ts.Node): NangoCall[] {
  const calls: NangoCall[] = [];
  const visit = (node: ts.Node): void => {
    const method = calledOnNango(node);
    if (method !== undefined) calls.push({ method, node: node as ts.CallExpression });
    ts.forEachChild(node, visit);
  };
  visit(within);
  return calls;
}

const CHECKPOINT_CALLS: ReadonlySet<string> = new Set(['getCheckpoint', 'saveCheckpoint', 'clearCheckpoint']);

/** What the deploy is told of a source besides its definition (spec/functions.md §1.8). */
export const featuresOf = (file: ts.SourceFile): 'checkpoints'[] =>
  nangoCalls(file).some(({ method }) => CHECKPOINT_CALLS.has(method)) ? ['checkpoints'] : [];
