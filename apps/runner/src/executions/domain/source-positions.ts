import { SourceMap, type SourceMapPayload } from 'node:module';

const INLINE_MAP = '//# sourceMappingURL=data:application/json;base64,';
/** Of the encoded map: those of published functions have some 100 kB. Reading one of this size takes a quarter of a second. */
const MAX_MAP_CHARS = 2 * 1024 ** 2;
const MAX_STACK_CHARS = 64 * 1024;
const MAX_SOURCE_CHARS = 500;

/** The map a bundle carries in its last comment; undefined where it has none that can be read. */
function sourceMapOf(bundle: string): SourceMap | undefined {
  const at = bundle.lastIndexOf(INLINE_MAP);
  if (at < 0) return undefined;
  const begin = at + INLINE_MAP.length;
  const newline = bundle.indexOf('\n', begin);
  const end = newline < 0 ? bundle.length : newline;
  if (end - begin > MAX_MAP_CHARS) return undefined;
  try {
    return new SourceMap(JSON.parse(Buffer.from(bundle.slice(begin, end), 'base64').toString('utf8')) as SourceMapPayload);
  } catch {
    return undefined; // an author's map that is broken leaves the positions of the bundle
  }
}

/** A source as its author knows it: from the root of the project, on one line. */
function shown(source: string): string {
  return source
    .replaceAll(/[\p{Cc}()]/gu, '')
    .replace(/^(?:\.{1,2}\/)+/, '')
    .slice(0, MAX_SOURCE_CHARS);
}

/**
 * A stack with the positions inside of the bundle replaced by those of the author's sources. Frames only: whatever a message says, it
 * says still.
 */
export function withSourcePositions(stack: string, scriptName: string, bundle: string): string {
  if (stack.length > MAX_STACK_CHARS) return stack;
  const map = stack.includes(scriptName) ? sourceMapOf(bundle) : undefined;
  if (!map) return stack;
  const position = new RegExp(`${scriptName.replaceAll(/[^\w]/g, '\\$&')}:(\\d+):(\\d+)(?=\\)?$)`);
  const lines = stack
    .split('\n')
    .map((line) =>
      /^\s+at /.test(line)
        ? line.replace(
            position,
            (whole, row: string, column: string) => originOf(map, Number(row), Number(column), scriptName) ?? whole,
          )
        : line,
    );
  return lines.join('\n');
}

/** The script stays named beside the source: it says which function's code it was (spec/functions.md §4.3). */
function originOf(map: SourceMap, row: number, column: number, scriptName: string): string | undefined {
  try {
    const origin = map.findOrigin(row, column);
    if (!('fileName' in origin) || typeof origin.fileName !== 'string') return undefined;
    return `${scriptName} › ${shown(origin.fileName)}:${origin.lineNumber}:${origin.columnNumber}`;
  } catch {
    return undefined; // a map of another shape than maps have
  }
}
