import { SourceMap, type SourceMapPayload } from 'node:module';

const INLINE_MAP = '//# sourceMappingURL=data:application/json;base64,';
/** Of the encoded map: those of published functions have some 100 kB. Reading one of this size takes a quarter of a second. */
const MAX_MAP_CHARS = 2 * 1024 ** 2;
const MAX_STACK_CHARS = 64 * 1024;
const MAX_SOURCE_CHARS = 500;
/** Of one run: looking them up takes the time of other runs. */
const MAX_FRAMES = 20_000;
const FRAME = /^\s+at /;
/** The SDK's own frames say nothing to an author. */
const SDK_FRAME = /^\s+at (?:.*\()?fairlead:prelude:\d+:\d+\)?$/;

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

/** Where the author's sources stand behind the positions of a bundle, for all that one run says. The map is read when it is first needed. */
export class SourcePositions {
  #position: RegExp | undefined;
  #map: { readonly read: SourceMap | undefined } | undefined;
  #framesLeft = MAX_FRAMES;

  constructor(
    private readonly scriptName: string,
    private readonly bundle: string,
  ) {}

  /**
   * A stack with the positions inside of the bundle replaced by those of the author's sources, and without the SDK's frames. Frames
   * only: whatever a message says, it says still.
   */
  inStack(stack: string): string {
    if (!stack.includes(this.scriptName) || stack.length > MAX_STACK_CHARS) return stack;
    return stack
      .split('\n')
      .filter((line) => !SDK_FRAME.test(line))
      .map((line) => (FRAME.test(line) ? this.#inFrame(line) : line))
      .join('\n');
  }

  /** JSON with the stacks in it so replaced. */
  inValue(value: unknown): unknown {
    const json = JSON.stringify(value);
    if (!json?.includes(this.scriptName)) return value;
    return JSON.parse(json, (_key, inner: unknown) => (typeof inner === 'string' ? this.inStack(inner) : inner)) as unknown;
  }

  #inFrame(line: string): string {
    this.#position ??= new RegExp(`${this.scriptName.replaceAll(/[^\w]/g, '\\$&')}:(\\d+):(\\d+)(?=\\)?$)`);
    return line.replace(
      this.#position,
      (whole, row: string, column: string) => this.#origin(Number(row), Number(column)) ?? whole,
    );
  }

  /** The script stays named beside the source: it says which function's code it was (spec/functions.md §4.3). */
  #origin(row: number, column: number): string | undefined {
    this.#framesLeft -= 1;
    if (this.#framesLeft < 0) return undefined;
    this.#map ??= { read: sourceMapOf(this.bundle) };
    try {
      const origin = this.#map.read?.findOrigin(row, column);
      if (!origin || !('fileName' in origin) || typeof origin.fileName !== 'string') return undefined;
      return `${this.scriptName} › ${shown(origin.fileName)}:${origin.lineNumber}:${origin.columnNumber}`;
    } catch {
      return undefined; // a map of another shape than maps have
    }
  }
}
