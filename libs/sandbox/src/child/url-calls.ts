import * as nodeUrl from 'node:url';
import { URL_PARTS } from './url-parts.js';

interface UrlArgs {
  readonly url: string;
  readonly base?: string;
  readonly set?: { readonly name: string; readonly value: string };
}

/** A URL's parts, after setting one of them where asked; null when it is not a URL. */
function parseUrl({ url, base, set }: UrlArgs): Record<string, string> | null {
  const parsed = URL.parse(url, base);
  if (!parsed) return null;
  const name = set && URL_PARTS.find((part) => part === set.name && part !== 'origin');
  if (set && name) Object.assign(parsed, { [name]: set.value });
  return Object.fromEntries(URL_PARTS.map((part) => [part, parsed[part]]));
}

interface FormatArgs {
  readonly url: string;
  readonly options?: nodeUrl.URLFormatOptions;
}

/** Node warns of `url.parse` once per process; a function's author cannot see that, and an operator cannot change it. */
function withoutWarning<Value>(work: () => Value): Value {
  const before = process.noDeprecation;
  process.noDeprecation = true;
  try {
    return work();
  } finally {
    process.noDeprecation = before ?? false;
  }
}

/** URLs: the standard's, and the pure rest of `node:url`. */
export const urlCalls = {
  url: parseUrl,
  'url.parse': ({ url, query, slashes }: { url: string; query: boolean; slashes: boolean }) =>
    withoutWarning(() => nodeUrl.parse(url, query, slashes)),
  'url.format': ({ url, options }: FormatArgs) => nodeUrl.format(new URL(url), options),
  'url.formatLegacy': ({ url }: { url: string | nodeUrl.UrlObject }) =>
    withoutWarning(() => nodeUrl.format(url as nodeUrl.UrlObject)),
  'url.resolve': ({ from, to }: { from: string; to: string }) => withoutWarning(() => nodeUrl.resolve(from, to)),
  'url.toASCII': ({ domain }: { domain: string }) => nodeUrl.domainToASCII(domain),
  'url.toUnicode': ({ domain }: { domain: string }) => nodeUrl.domainToUnicode(domain),
  'url.toPath': ({ url }: { url: string }) => nodeUrl.fileURLToPath(url),
  'url.fromPath': ({ path }: { path: string }) => nodeUrl.pathToFileURL(path).href,
};
