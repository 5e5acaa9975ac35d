import { readFileSync } from 'node:fs';
import { closing } from './closing-line.mjs';

/** Prints what failed in several test runs, whose results are lines of a file, and the sum of their counts. */
const total = { passed: 0, skipped: 0, unstable: [], failures: [] };
for (const line of readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)) {
  const { passed, skipped, unstable, failures } = JSON.parse(line);
  total.passed += passed;
  total.skipped += skipped;
  total.unstable.push(...unstable);
  total.failures.push(...failures);
}
console.log(closing(total));
