import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { ConfigError } from '#libs/kernel';

/** One file in every form it can be sent in. */
export interface ServedFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
}

export interface ConnectUiFiles {
  readonly page: ServedFile;
  /** By name, such as `index-Ab12.js`. */
  readonly assets: ReadonlyMap<string, ServedFile>;
}

/** Where the build puts them, seen from the sources as from `dist`. */
const BUILT = fileURLToPath(
  new URL(
    import.meta.url.includes('/dist/') ? '../../../connect-ui/public' : '../../../../dist/apps/connect-ui/public',
    import.meta.url,
  ),
);

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Reads the built page into memory, with the address of its API in it. @throws ConfigError when it was never built */
export function readConnectUi(apiUrl: string): ConnectUiFiles {
  if (!existsSync(join(BUILT, 'index.html'))) {
    throw new ConfigError(`the Connect UI is not in ${BUILT}: run \`npm run build\`, or set FLAG_SERVE_CONNECT_UI=false`);
  }
  const html = readFileSync(join(BUILT, 'index.html'), 'utf8').replace(
    /<meta name="fairlead-api-url" content=""\s*\/?>/,
    `<meta name="fairlead-api-url" content="${attribute(apiUrl)}" />`,
  );
  return { page: compressed(Buffer.from(html), 'text/html; charset=utf-8'), assets: new Map(readAssets(join(BUILT, 'assets'))) };
}

/** The build has compressed them already. */
const readAssets = (folder: string): [string, ServedFile][] =>
  readdirSync(folder)
    .filter((name) => extname(name) in TYPES)
    .map((name) => {
      const read = (ending: string) => readFileSync(join(folder, `${name}${ending}`));
      return [name, { type: TYPES[extname(name)] as string, plain: read(''), br: read('.br'), gzip: read('.gz') }];
    });

const compressed = (plain: Buffer, type: string): ServedFile => ({
  type,
  plain,
  br: brotliCompressSync(plain),
  gzip: gzipSync(plain),
});

const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
