/** Lines of a Postgres log that say why it does not start, the gravest first. */
const GRAVE = [/\bPANIC: +(.+)/, /\bFATAL: +(.+)/, /\bERROR: +(.+)/, /: error: (.+)/];

/** Lines that follow from a cause and are not one. */
const CONSEQUENCES = /the database system is (starting up|shutting down)|terminating (connection|background)/;

/** The last grave line of a log, or its last line; for a message of one sentence. */
export function reasonIn(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '' && !CONSEQUENCES.test(line));
  for (const pattern of GRAVE) {
    const match = lines.map((line) => pattern.exec(line)?.[1]).findLast((reason) => reason !== undefined);
    if (match) return match.trim();
  }
  return lines.at(-1)?.trim() ?? 'it said nothing';
}

/** SQLSTATE classes of a database whose files are damaged: corrupted data, I/O errors, missing files. */
const DAMAGE = /^(XX|58)/;

/** Whether an error of the database says that its files are damaged. @param sqlState the `code` of the driver's error */
export const saysDamaged = (sqlState: string | undefined): boolean => sqlState !== undefined && DAMAGE.test(sqlState);
