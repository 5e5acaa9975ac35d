import { build, type Message } from 'esbuild';
import type { SourceProblem } from '../compiler.types.js';
import { MODULES } from '../domain/rules.js';

export type Bundled = { readonly bundle: string } | { readonly problems: readonly SourceProblem[] };

const ENTRY = 'entry';

/** One source becomes CommonJS that requires only what functions may (spec/functions.md §1.9). No file is read. */
export async function bundleOf(unwrapped: string, original: string, fileName: string): Promise<Bundled> {
  try {
    const { outputFiles, metafile } = await build({
      stdin: { contents: unwrapped, sourcefile: fileName, loader: 'ts' },
      bundle: true,
      write: false,
      metafile: true,
      outfile: 'bundle.cjs',
      format: 'cjs',
      platform: 'node',
      target: 'esnext',
      treeShaking: true,
      sourcemap: 'external',
      logLevel: 'silent',
      tsconfigRaw: '{"compilerOptions":{"strict":true}}',
      plugins: [{ name: ENTRY, setup: (bundler) => bundler.onResolve({ filter: /.*/ }, ({ path }) => resolved(path)) }],
    });
    const used = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    if (used.includes('nango')) return { problems: [{ line: 1, column: 1, code: 'imports', message: OUTSIDE }] };
    const text = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
    return { bundle: `${text('.cjs')}${inlineMap(text('.map'), original)}` };
  } catch (error) {
    const { errors } = error as { errors?: Message[] };
    if (!errors) throw error;
    return { problems: errors.map(problemOf) };
  }
}

const OUTSIDE =
  "values of 'nango' can only be used as the wrapper of the default export; take the rest from the nango object of exec";

const resolved = (path: string) =>
  MODULES.has(path) ? { path, external: true } : { errors: [{ text: `'${path}' cannot be imported` }] };

const problemOf = ({ location, text }: Message): SourceProblem => ({
  line: location?.line ?? 1,
  column: (location?.column ?? 0) + 1,
  code: 'syntax',
  message: text,
});

/** Lines of the unwrapped source are lines of the author's, who is shown their own text. */
function inlineMap(map: string, original: string): string {
  const shown = JSON.stringify({ ...(JSON.parse(map) as object), sourcesContent: [original] });
  return `//# sourceMappingURL=data:application/json;base64,${Buffer.from(shown).toString('base64')}\n`;
}
