import type { AuthSubject, Credentials } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import { addressOf, fieldsOf, requestTokenFields, textOf, type TokenHttp } from '#libs/token-http';

const PER_PAGE = 100;
/** Whoever may use more installations than this must come without naming one that is further down. */
const MAX_PAGES = 20;

/**
 * Stops whoever names an installation that is not theirs: its id comes with the browser, so anybody can write one, and the App itself
 * may use them all. Only installations of this App that the user may use are listed for the user's token.
 * @throws AppError `callback_err`; `token_err` when the provider does not say
 */
export async function demandOwnInstallation(
  http: TokenHttp,
  { provider, connectionConfig }: AuthSubject,
  user: Credentials,
  installationId: string,
): Promise<void> {
  const base = addressOf(provider.proxy?.base_url, connectionConfig, 'proxy.base_url').replace(/\/+$/, '');
  const headers = { authorization: `Bearer ${textOf(user['access_token']) ?? ''}`, accept: 'application/vnd.github+json' };
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const query = { per_page: String(PER_PAGE), page: String(page) };
    const request = { url: `${base}/user/installations`, method: 'GET', headers, query } as const;
    const { installations } = await requestTokenFields(http, request, 'token_err');
    const listed = Array.isArray(installations) ? installations : [];
    if (listed.some((installation) => textOf(fieldsOf(installation)['id']) === installationId)) return;
    if (listed.length < PER_PAGE) break;
  }
  throw new AppError(
    'callback_err',
    `The installation ${installationId.slice(0, 100)} is none that this user may use: install the App, then connect`,
  );
}
