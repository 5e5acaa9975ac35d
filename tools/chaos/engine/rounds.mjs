import { readFileSync, writeFileSync } from 'node:fs';
import { chaos } from './run.mjs';

const MARK = '<!-- last report -->';

/**
 * Rounds of chaos from seeds that follow each other.
 * @param {{ seed: number, rounds: number, seconds: number, reportFile?: string, say: (line: string) => void }} options
 * @returns {Promise<boolean>} whether every invariant held in every round
 */
export async function chaosRounds({ seed, rounds, seconds, reportFile, say }) {
  const failed = [];
  for (let round = 0; round < rounds; round += 1) {
    const { violations, report } = await chaos({ seed: seed + round, seconds, say });
    say(`\n${report}`);
    if (reportFile) put(reportFile, report);
    if (violations.length > 0) failed.push(seed + round);
  }
  say(
    failed.length === 0 ? `every invariant held in ${rounds} rounds` : `invariants were violated with seed ${failed.join(', ')}`,
  );
  return failed.length === 0;
}

/** The last report takes the place of the one before, after its mark. */
function put(file, report) {
  const text = readFileSync(file, 'utf8');
  const at = text.indexOf(MARK);
  writeFileSync(file, `${at < 0 ? text : text.slice(0, at)}${MARK}\n\n${report.trimEnd()}\n`);
}
