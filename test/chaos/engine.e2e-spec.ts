import { expect, it } from 'vitest';
import { chaos } from '../../tools/chaos/engine/run.mjs';
import { brokenCode, SABOTAGES } from '../../tools/chaos/engine/sabotages.mjs';

/**
 * A short form of `npm run chaos` (docs/reliability.md): two replicas of what may have them, killed, stopped and cut off at moments that a seed
 * decides, while load runs; then every invariant is checked. The seed is always the same one, so that a change is judged by what it changed.
 */
const SECONDS = 22;
const SEED = 1114;

it('keeps every promise, whatever is killed, stopped or cut off when', { timeout: 480_000 }, async () => {
  const lines: string[] = [];
  const { violations, report } = await chaos({ seed: SEED, seconds: SECONDS, say: (line) => void lines.push(line) });
  expect(violations, `npm run chaos -- --seed ${SEED} --seconds ${SECONDS}\n${lines.join('\n')}\n${report}`).toEqual([]);
});

it.each(Object.entries(SABOTAGES))('the sabotage %s finds the code it breaks', (name, { changes }) => {
  expect([...brokenCode(name).keys()]).toEqual([...new Set(changes.map(({ file }) => file))]);
});
