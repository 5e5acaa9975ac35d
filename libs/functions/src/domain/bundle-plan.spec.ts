import { expect, it } from 'vitest';
import { testDeployed, testIncoming } from '../test-functions.js';
import { planBundle } from './bundle-plan.js';

const kept = testIncoming({ type: 'function', name: 'kept' });
const current = [
  testDeployed({ id: 1, type: 'function', name: 'kept' }),
  testDeployed({ id: 2, type: 'function', name: 'gone' }),
  testDeployed({ id: 3, type: 'function', name: 'elsewhere', integrationId: 2 }),
  testDeployed({ id: 4, type: 'sync', name: 'sync' }),
];
const namesOf = (functions: readonly { name: string }[]) => functions.map(({ name }) => name);

it('tells new, changed and unchanged functions apart', () => {
  const changed = { ...kept, bundleHash: 'js-2' };
  const plan = planBundle(null, [testIncoming({ type: 'function', name: 'fresh' }), changed], current);
  expect([namesOf(plan.created.map(({ next }) => next)), plan.updated.map(({ version }) => version)]).toEqual([['fresh'], ['4']]);
  expect(planBundle(null, [kept], current).unchanged).toHaveLength(1);
});

it('removes new-style functions that are left out: of the environment, or of its integration', () => {
  expect(namesOf(planBundle(null, [kept], current).deleted)).toEqual(['gone', 'elsewhere']);
  expect(namesOf(planBundle(1, [kept], current).deleted)).toEqual(['gone']);
});

it('removes all new-style functions when it is empty, and nothing else', () => {
  expect(namesOf(planBundle(null, [], current).deleted)).toEqual(['kept', 'gone', 'elsewhere']);
});
