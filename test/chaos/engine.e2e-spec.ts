import { expect, it } from 'vitest';
import { chaos } from '../../tools/chaos/engine/run.mjs';

/**
 * A short form of `npm run chaos` (docs/reliability.md): two replicas of what may have them, killed, stopped and cut off at moments that a seed
 * decides, while load runs; then every invariant is checked.
 */
const SECONDS = 25;

it('keeps every promise, whatever is killed, stopped or cut off when', { timeout: 480_000 }, async () => {
  const seed = Date.now() % 1_000_000;
  const lines: string[] = [];
  const { violations, report } = await chaos({ seed, seconds: SECONDS, say: (line) => void lines.push(line) });
  expect(violations, `npm run chaos -- --seed ${seed} --seconds ${SECONDS}\n${lines.join('\n')}\n${report}`).toEqual([]);
});
