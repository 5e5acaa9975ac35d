import ts from 'typescript';
import type { FunctionKind, SourceProblem } from '../compiler.types.js';
import { problemAt } from './problem.js';

export const KINDS: Readonly<Record<string, FunctionKind>> = {
  createAction: 'action',
  createSync: 'sync',
  createOnEvent: 'onEvent',
};

/** The one definition of a source: the call, its literal, and the name under which it is exported, if it is a variable's. */
export interface DefinitionCall {
  readonly kind: FunctionKind;
  readonly call: ts.CallExpression;
  readonly literal: ts.ObjectLiteralExpression;
  readonly exported: ts.ExportAssignment;
  /** `export default createX(…)` rather than a variable. */
  readonly isInline: boolean;
}

/** Finds the default export and checks its form (spec/functions.md §1.1). */
export function findDefinition(file: ts.SourceFile): DefinitionCall | SourceProblem {
  const exports = file.statements.filter((one): one is ts.ExportAssignment => ts.isExportAssignment(one) && !one.isExportEquals);
  const [exported, second] = exports;
  if (!exported) return problemAt(file, file, 'default-export', `a function needs one default export: ${FORM}`);
  if (second) return problemAt(file, second, 'default-export', `only one default export is allowed: ${FORM}`);
  const named = file.statements.find(isNamedValueExport);
  if (named) return problemAt(file, named, 'named-export', 'only the default export and types may be exported');
  const call = callOf(file, exported.expression);
  const name = call && ts.isIdentifier(call.expression) ? call.expression.text : '';
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (name === 'createFunction') return problemAt(file, exported, 'default-export', 'createFunction is not supported here');
  if (!call || !kind) return problemAt(file, exported, 'default-export', `the default export must be a definition: ${FORM}`);
  const [literal] = call.arguments;
  if (!literal || call.arguments.length !== 1 || !ts.isObjectLiteralExpression(literal))
    return problemAt(file, call, 'default-export', `${name} takes one object literal`);
  return { kind, call, literal, exported, isInline: exported.expression === call };
}

const FORM = 'export default createSync({…}), createAction({…}) or createOnEvent({…})';

function callOf(file: ts.SourceFile, expression: ts.Expression): ts.CallExpression | undefined {
  if (ts.isCallExpression(expression)) return expression;
  if (!ts.isIdentifier(expression)) return undefined;
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const found = statement.declarationList.declarations.find(
      ({ name }) => ts.isIdentifier(name) && name.text === expression.text,
    );
    if (found?.initializer && ts.isCallExpression(found.initializer)) return found.initializer;
  }
  return undefined;
}

const MODIFIED = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** Types and re-exports are no values of the entry file. */
const isNamedValueExport = (statement: ts.Statement): boolean => {
  if (ts.isExportDeclaration(statement))
    return (
      !statement.isTypeOnly &&
      !statement.moduleSpecifier &&
      !!statement.exportClause &&
      ts.isNamedExports(statement.exportClause) &&
      statement.exportClause.elements.some(({ isTypeOnly }) => !isTypeOnly)
    );
  return MODIFIED(statement) && !ts.isTypeAliasDeclaration(statement) && !ts.isInterfaceDeclaration(statement);
};
