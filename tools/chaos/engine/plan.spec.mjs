import { expect, it } from 'vitest';
import { planOf } from './plan.mjs';
import { fold, Source } from './sources.mjs';
import { randomFrom } from '../random.mjs';

const byId = (records) => Object.fromEntries(records.map((record) => [record.id, record]));

it('a seed decides every fault', () => {
  expect(planOf(7, 120)).toEqual(planOf(7, 120));
  expect(planOf(7, 120)).not.toEqual(planOf(8, 120));
  expect(planOf(7, 120).length).toBeGreaterThan(30);
});

it('no target is in two faults at once', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const until = new Map();
    for (const { target, atMs, forMs } of planOf(seed, 300)) {
      expect(until.get(target) ?? 0).toBeLessThanOrEqual(atMs);
      until.set(target, atMs + forMs);
    }
  }
});

it('seeds reach every kind of fault', () => {
  const kinds = new Set(planOf(3, 1_500).map(({ kind, target }) => `${kind} ${target.replace(/-\d$/, '')}`));
  expect([...kinds]).toEqual(
    expect.arrayContaining([
      'kill jobs',
      'stop persist',
      'cut server',
      'silence orchestrator',
      'flush redis',
      'kill redis',
      'crash postgres',
      'cut postgres',
      'strand jobs',
      'lose way to persist',
      'step runner',
    ]),
  );
});

it('a long outage is in no other fault of its store', () => {
  const plan = planOf(3, 300, [{ store: 'redis', seconds: 120 }]);
  const [outage, ...others] = plan;
  expect(outage).toMatchObject({ kind: 'kill', target: 'redis', forMs: 120_000 });
  const until = outage.atMs + outage.forMs;
  expect(others.filter(({ target, atMs }) => target === 'redis' && atMs < until)).toEqual([]);
  expect(others.some(({ target, atMs }) => target === 'redis' && atMs > until)).toBe(true);
});

it('a log of operations that is begun again from any point ends alike', () => {
  const source = new Source('c', randomFrom(5));
  for (let n = 0; n < 200; n += 1) source.change();
  const ops = Array.from({ length: 8 }, (_, page) => source.ops(page * 8)).flat();
  for (let from = 0; from < ops.length; from += 1) {
    const again = [...ops.slice(0, from + 5), ...ops.slice(from)];
    expect(byId(fold(again))).toEqual(byId(fold(ops)));
  }
});

it('knows what a window was shown and had saved, and nothing else', () => {
  const source = new Source('c', randomFrom(5));
  const first = source.serve('w', 0, '');
  const second = source.serve('w', 1, first.serve);
  source.end('w', '');
  expect(source.truth().ends[0].seen).toEqual(first.items.map(({ id }) => id));
  expect(second.items.length).toBeGreaterThan(0);
});
