import { SourceMap, type SourceMapPayload } from 'node:module';

const INLINE_MAP = '//# sourceMappingURL=data:application/json;base64,';

/** The map a bundle carries in its last comment; undefined where it has none that can be read. */
function sourceMapOf(bundle: string): SourceMap | undefined {
  const at = bundle.lastIndexOf(INLINE_MAP);
  if (at < 0) return undefined;
  const [encoded = ''] = bundle.slice(at + INLINE_MAP.length).split('\n', 1);
  try {
    return new SourceMap(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as SourceMapPayload);
  } catch {
    return undefined; // an author's map that is broken leaves the positions of the bundle
  }
}

/** A stack with the positions inside of the bundle replaced by those of the author's sources. */
export function withSourcePositions(stack: string, scriptName: string, bundle: string): string {
  const map = stack.includes(scriptName) ? sourceMapOf(bundle) : undefined;
  if (!map) return stack;
  const position = new RegExp(`${scriptName.replaceAll(/[^\w]/g, '\\$&')}:(\\d+):(\\d+)`, 'g');
  return stack.replaceAll(position, (whole, line: string, column: string) => {
    const origin = map.findOrigin(Number(line), Number(column));
    return 'fileName' in origin ? `${scriptName} › ${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}` : whole;
  });
}
