import { expect, it } from 'vitest';
import type { FunctionVersion } from '../functions.types.js';
import { testDefinition, testDeployed } from '../test-functions.js';
import { planRollback } from './rollback-plan.js';

const current = testDeployed({ version: '5', bundleHash: 'js-5', sourceHash: 'ts-5' });
const entry = (over: Partial<FunctionVersion> = {}): FunctionVersion => ({
  id: 1,
  version: '2',
  bundleHash: 'js-2',
  sourceHash: 'ts-2',
  definition: testDefinition({ runs: 'every day' }),
  source: 'repo',
  sdkVersion: '0.70.0-zero',
  deployedAt: new Date(0),
  restoredFrom: null,
  isCurrent: false,
  ...over,
});

it('brings code and definition of the earlier version back under the next number', () => {
  const { updated, unchanged, created, deleted } = planRollback(current, entry());
  expect([created, deleted, unchanged]).toEqual([[], [], []]);
  expect(updated).toEqual([
    {
      next: {
        integrationId: 1,
        providerConfigKey: 'crm',
        type: 'sync',
        name: 'contacts',
        version: '6',
        bundleHash: 'js-2',
        sourceHash: 'ts-2',
        definition: testDefinition({ runs: 'every day' }),
      },
      version: '6',
      current,
      restored: { version: '2', sdkVersion: '0.70.0-zero' },
    },
  ]);
});

it('changes nothing when that runs already, so that it can be asked for again', () => {
  const { updated, unchanged } = planRollback(
    current,
    entry({ bundleHash: 'js-5', sourceHash: 'ts-5', definition: testDefinition() }),
  );
  expect(updated).toEqual([]);
  expect(unchanged).toMatchObject([{ version: '5', restored: { version: '2' } }]);
});
