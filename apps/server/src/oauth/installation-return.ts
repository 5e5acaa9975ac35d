const HOME = 'https://github.com/';

/**
 * Where a browser goes that installed an app without having been sent from here: back to GitHub (spec/auth.md §2.9). Whatever else
 * the request says it came from is not followed: this server redirects nobody to strangers.
 */
export function installationReturn(referer: string | undefined): string {
  if (referer === undefined || !URL.canParse(referer)) return HOME;
  const { protocol, hostname, href, username } = new URL(referer);
  const isGitHub = hostname === 'github.com' || hostname.endsWith('.github.com');
  return protocol === 'https:' && isGitHub && username === '' ? href : HOME;
}
