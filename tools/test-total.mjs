import { readFileSync } from 'node:fs';
import { closingLine } from './closing-line.mjs';

/** Prints the sum of several test runs, whose counts are lines of a file. */
const total = { passed: 0, failed: 0, skipped: 0 };
for (const line of readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)) {
  for (const [state, count] of Object.entries(JSON.parse(line))) total[state] += count;
}
console.log(closingLine(total));
