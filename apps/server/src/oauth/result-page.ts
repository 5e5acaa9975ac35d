import type { ErrorType } from '#libs/connect';
import type { Language } from './accepted-language.js';
import { PAGE_STYLE } from './page-style.js';
import { explain, TEXTS } from './page-texts.js';

/** How a browser flow ended, as its page tells it. */
export interface PageResult {
  readonly language: Language;
  /** Lets the page's own script and style run, and no other. */
  readonly nonce: string;
  readonly isPending?: boolean;
  readonly error?: {
    readonly type: ErrorType;
    /** For the page that opened this one. */
    readonly message: string;
    /** For people, line by line. */
    readonly details: readonly string[];
    readonly showDetails: boolean;
  };
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] as string);

/** JSON that may stand in a script: nothing in it ends the script or a line. */
const scriptJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Headers of the page. Its opener must reach it, so it is not isolated from it. */
export const pageHeaders = (nonce: string): Record<string, string> => ({
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'unsafe-none',
  'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
});

/** The page at the end of a browser flow (spec/auth.md §3.6): says how it went, and tells the page that opened it. */
export function resultPage(result: PageResult): string {
  const { language, nonce, error } = result;
  const texts = TEXTS[language];
  const title = escapeHtml(error ? texts.failed : texts.connected);
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style nonce="${nonce}">${PAGE_STYLE}</style>
</head>
<body>
<main class="${error ? 'failure' : 'success'}">
<div class="mark" aria-hidden="true">${error ? '!' : '✓'}</div>
<h1>${title}</h1>
${error ? failure(result, error) : `<p role="status">${escapeHtml(result.isPending ? texts.pending : texts.close)}</p>`}
<footer>Fairlead</footer>
</main>
<script nonce="${nonce}">${script(error)}</script>
</body>
</html>
`;
}

function failure({ language }: PageResult, { type, details, showDetails }: NonNullable<PageResult['error']>): string {
  const texts = TEXTS[language];
  const [what, cure] = explain(texts, type);
  return `<p role="alert"><strong>${escapeHtml(what)}</strong></p>
<p>${escapeHtml(cure)}</p>
<details${showDetails ? ' open' : ''}><summary>${escapeHtml(texts.details)}</summary><pre>${escapeHtml(details.join('\n'))}</pre></details>`;
}

/** Tells the opener twice, since one of the ways may be cut; closes when it has heard, after a success in any case. */
function script(error: PageResult['error']): string {
  const message = error
    ? { type: 'nango_oauth_callback_error', payload: { message: error.message, errorType: error.type } }
    : { type: 'nango_oauth_callback_success' };
  return `
(function () {
  var message = ${scriptJson(message)};
  var onAnswer = function (event) {
    if (event.data && event.data.type === 'nango_oauth_callback_ack') window.close();
  };
  window.addEventListener('message', onAnswer);
  try {
    var channel = new BroadcastChannel('nango-oauth-callback');
    channel.onmessage = onAnswer;
    channel.postMessage(message);
  } catch (error) {
    console.warn(error);
  }
  try {
    if (window.opener) window.opener.postMessage(message, '*');
  } catch (error) {
    console.warn(error);
  }
  ${error ? '' : 'setTimeout(function () { window.close(); }, 500);'}
})();
`;
}
