import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { SourceProblem } from '../compiler.types.js';

/** A project that exists only here: the author's file, our types, zod's, and TypeScript's own library. */
const ROOT = '/project';
const ENTRY = `${ROOT}/function.ts`;
const AMBIENT = `${ROOT}/runtime.d.ts`;
const MODULES = `${ROOT}/node_modules`;
const MAX_PROBLEMS = 50;

const require = createRequire(import.meta.url);
const zodFolder = dirname(require.resolve('zod-functions/package.json'));
const libFolder = dirname(require.resolve('typescript'));
/** Beside the sources, or what the build copied. */
const typesFolder = fileURLToPath(new URL('../../types', import.meta.url));

/** spec/functions.md §1.8 */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  lib: ['lib.esnext.d.ts'],
  types: [],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noImplicitOverride: true,
  noFallthroughCasesInSwitch: true,
  noImplicitReturns: true,
  esModuleInterop: true,
  skipLibCheck: true,
  noEmit: true,
};

/** Type errors of one source, those of its syntax first. */
export function typeCheck(code: string): SourceProblem[] {
  const program = ts.createProgram([ENTRY, AMBIENT], OPTIONS, hostOf(code));
  const entry = program.getSourceFile(ENTRY);
  if (!entry) throw new Error('the source was not read');
  const syntax = program.getSyntacticDiagnostics(entry);
  const found = syntax.length > 0 ? syntax : [...program.getOptionsDiagnostics(), ...program.getSemanticDiagnostics(entry)];
  return found.slice(0, MAX_PROBLEMS).map((diagnostic) => problemOf(entry, diagnostic));
}

function problemOf(entry: ts.SourceFile, { start = 0, code, messageText, file }: ts.Diagnostic): SourceProblem {
  const { line, character } = (file ?? entry).getLineAndCharacterOfPosition(start);
  return {
    line: line + 1,
    column: character + 1,
    code: `TS${code}`,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  };
}

function hostOf(code: string): ts.CompilerHost {
  const virtual = new Map([
    [ENTRY, code],
    [AMBIENT, readFileSync(join(typesFolder, 'runtime.d.ts'), 'utf8')],
    [`${ROOT}/package.json`, '{"type":"module"}'],
    [`${MODULES}/nango/package.json`, '{"name":"nango","type":"module","types":"index.d.ts"}'],
    [`${MODULES}/nango/index.d.ts`, readFileSync(join(typesFolder, 'nango.d.ts'), 'utf8')],
  ]);
  const fileExists = (path: string) => virtual.has(path) || onDisk(path) !== undefined;
  const readFile = (path: string) => virtual.get(path) ?? readIf(onDisk(path));
  return {
    fileExists,
    readFile,
    directoryExists: (path) => [...virtual.keys()].some((one) => one.startsWith(`${path}/`)) || path.startsWith(`${MODULES}/zod`),
    getDirectories: () => [],
    realpath: (path) => path,
    getSourceFile: (path, options) => {
      const text = readFile(path);
      return text === undefined ? undefined : ts.createSourceFile(path, text, options);
    },
    getDefaultLibFileName: () => join(libFolder, 'lib.esnext.d.ts'),
    getDefaultLibLocation: () => libFolder,
    writeFile: () => undefined,
    getCurrentDirectory: () => ROOT,
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
  };
}

/** Of the disk, only zod's types and the language's own are ever read. */
function onDisk(path: string): string | undefined {
  const real = path.startsWith(`${MODULES}/zod/`) ? join(zodFolder, path.slice(`${MODULES}/zod/`.length)) : path;
  const isAllowed = real.startsWith(`${zodFolder}/`) || /^lib\.[\w.]*d\.ts$/.test(real.slice(libFolder.length + 1));
  return isAllowed && existsSync(real) ? real : undefined;
}

const readIf = (path: string | undefined): string | undefined => (path === undefined ? undefined : readFileSync(path, 'utf8'));
