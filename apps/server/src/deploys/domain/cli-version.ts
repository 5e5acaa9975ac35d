export const OLDEST_CLI = '0.39.25';

const CLI = /nango-cli\/(\d+)\.(\d+)\.(\d+)/;

/** Whether a `User-Agent` is that of a CLI older than the oldest that is served. Other callers are nobody's business. */
export function isCliTooOld(userAgent: string | undefined): boolean {
  const given = CLI.exec(userAgent ?? '')
    ?.slice(1)
    .map(Number);
  if (!given) return false;
  const oldest = OLDEST_CLI.split('.').map(Number);
  const differs = given.findIndex((part, at) => part !== oldest[at]);
  return differs !== -1 && (given[differs] ?? 0) < (oldest[differs] ?? 0);
}
