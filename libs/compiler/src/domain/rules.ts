import ts from 'typescript';
import type { SourceProblem } from '../compiler.types.js';
import type { DefinitionCall } from './definition-call.js';
import { execOrder } from './exec-order.js';
import { calledOnNango } from './nango-calls.js';
import { problemAt } from './problem.js';

/** What a function may import (spec/functions.md §1.8). */
export const MODULES: ReadonlySet<string> = new Set(
  'nango zod url node:url crypto node:crypto unzipper soap botbuilder'.split(' '),
);

const MUST_AWAIT: ReadonlySet<string> = new Set(
  (
    'batchDelete batchSave batchSend delete deleteRecordsFromPreviousExecutions get getConnection getEnvironmentVariables getFieldMapping ' +
    'getMetadata log patch post proxy put setFieldMapping setMergingStrategy setMetadata trackDeletesEnd trackDeletesStart triggerAction'
  ).split(' '),
);

/** The rules of `nango compile` beyond the types (spec/functions.md §1.8). */
export function checkRules(file: ts.SourceFile, { literal }: DefinitionCall): SourceProblem[] {
  const problems: SourceProblem[] = [];
  const visit = (node: ts.Node): void => {
    const problem = importProblem(file, node) ?? awaitProblem(file, node) ?? retryProblem(file, node);
    if (problem) problems.push(problem);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const exec = literal.properties.find(({ name }) => name && ts.isIdentifier(name) && name.text === 'exec');
  return exec ? [...problems, ...execOrder(file, exec)] : problems;
}

function importProblem(file: ts.SourceFile, node: ts.Node): SourceProblem | undefined {
  const name = importedBy(node);
  if (name === undefined) return undefined;
  if (name === null) return problemAt(file, node, 'imports', 'import() takes a literal name here');
  if (MODULES.has(name)) return undefined;
  const isRelative = name.startsWith('.') || name.startsWith('/');
  const cure = isRelative
    ? 'a function sent here is one file: put the code of that file into it'
    : `use ${[...MODULES].join(', ')}`;
  return problemAt(file, node, 'imports', `'${name}' cannot be imported: ${cure}`);
}

/** What a node imports at run time; null where it cannot be told. */
function importedBy(node: ts.Node): string | null | undefined {
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly ? undefined : literalOf(node.moduleSpecifier);
  if (ts.isExportDeclaration(node)) return node.moduleSpecifier && !node.isTypeOnly ? literalOf(node.moduleSpecifier) : undefined;
  if (ts.isImportEqualsDeclaration(node))
    return ts.isExternalModuleReference(node.moduleReference) ? literalOf(node.moduleReference.expression) : undefined;
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  return isImport || isRequire ? literalOf(node.arguments[0]) : undefined;
}

const literalOf = (node: ts.Expression | undefined): string | null => (node && ts.isStringLiteralLike(node) ? node.text : null);

function awaitProblem(file: ts.SourceFile, node: ts.Node): SourceProblem | undefined {
  const method = calledOnNango(node);
  if (method === undefined || !MUST_AWAIT.has(method) || !isDropped(node)) return undefined;
  return problemAt(file, node, 'await', `nango.${method}() calls must be awaited: what is not awaited may not happen`);
}

/** Awaited, returned, chained and passed on are all ways to wait. */
function isDropped(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isParenthesizedExpression(parent)) return isDropped(parent);
  if (ts.isBinaryExpression(parent)) return parent.operatorToken.kind === ts.SyntaxKind.EqualsToken && parent.right === node;
  return (
    ts.isExpressionStatement(parent) ||
    ts.isVoidExpression(parent) ||
    (ts.isVariableDeclaration(parent) && parent.initializer === node)
  );
}

function retryProblem(file: ts.SourceFile, node: ts.Node): SourceProblem | undefined {
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const names = new Set(node.properties.map(({ name }) => (name && ts.isIdentifier(name) ? name.text : '')));
  if (!names.has('retryOn') || names.has('retries') || node.properties.some(ts.isSpreadAssignment)) return undefined;
  return problemAt(file, node, 'retry-on', 'retryOn does nothing without retries: say how often');
}
