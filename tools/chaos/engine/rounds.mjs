import { readFileSync, writeFileSync } from 'node:fs';
import { chaos } from './run.mjs';
import { sabotagedBuild, SABOTAGES } from './sabotages.mjs';

/** A sabotage that leaves something open for good need not be waited for as long as a promise that is kept late. */
const SABOTAGED_SETTLE_MS = 100_000;
const MARK = '<!-- last report -->';

/**
 * Rounds of chaos from seeds that follow each other.
 * @param {{ seed: number, rounds: number, seconds: number, outages?: readonly { store: 'postgres' | 'redis', seconds: number }[],
 *   reportFile?: string, say: (line: string) => void }} options
 * @returns {Promise<boolean>} whether every invariant held in every round
 */
export async function chaosRounds({ seed, rounds, seconds, outages, reportFile, say }) {
  const failed = [];
  for (let round = 0; round < rounds; round += 1) {
    const { violations, report } = await chaos({ seed: seed + round, seconds, outages, say });
    say(`\n${report}`);
    if (reportFile) put(reportFile, report);
    if (violations.length > 0) failed.push(seed + round);
  }
  say(
    failed.length === 0 ? `every invariant held in ${rounds} rounds` : `invariants were violated with seed ${failed.join(', ')}`,
  );
  return failed.length === 0;
}

/**
 * Runs chaos on a product that was broken on purpose, and tells which invariant found it.
 * @param {{ names: readonly string[], seed: number, rounds: number, seconds: number, say: (line: string) => void }} options
 * @returns {Promise<boolean>} whether each sabotage was found
 */
export async function sabotageRounds({ names, seed, rounds, seconds, say }) {
  const rows = [];
  for (const name of names) rows.push(await sabotageRow({ name, seed, rounds, seconds, say }));
  say(['', '| sabotage | | found by | such as |', '|---|---|---|---|', ...rows.map(({ text }) => text)].join('\n'));
  return rows.every(({ isFound }) => isFound);
}

async function sabotageRow({ name, seed, rounds, seconds, say }) {
  const { build, remove } = sabotagedBuild(name);
  const what = `| \`${name}\` | ${SABOTAGES[name].what} |`;
  try {
    for (let round = 0; round < rounds; round += 1) {
      const { violations } = await chaos({
        seed: seed + round,
        seconds,
        build,
        settleWithinMs: SABOTAGED_SETTLE_MS,
        keepLogs: false,
        say,
      });
      if (violations.length === 0) continue;
      const found = [...new Set(violations.map((line) => line.slice(0, 2)))].join(', ');
      return { isFound: true, text: `${what} ${found} | ${violations[0]} |` };
    }
    return { isFound: false, text: `${what} **nothing**, in ${rounds} rounds from seed ${seed} | |` };
  } finally {
    remove();
  }
}

/** The last report takes the place of the one before, after its mark. */
function put(file, report) {
  const text = readFileSync(file, 'utf8');
  const at = text.indexOf(MARK);
  writeFileSync(file, `${at < 0 ? text : text.slice(0, at)}${MARK}\n\n${report.trimEnd()}\n`);
}
