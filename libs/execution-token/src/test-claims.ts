import type { ExecutionClaims } from '#libs/contracts';

/** Of a run that has a minute left. */
export const testClaims: ExecutionClaims = {
  sub: '019ab000-0000-7000-8000-000000000001',
  exp: Math.floor(Date.now() / 1000) + 60,
  kind: 'sync',
  accountId: 1,
  environmentId: 2,
  environmentName: 'dev',
  connectionRowId: 3,
  connectionId: 'c1',
  providerConfigKey: 'crm',
  functionName: 'contacts',
  operationId: 'op',
  models: ['Contact'],
  variant: 'base',
};
