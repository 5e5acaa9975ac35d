import { expect, it } from 'vitest';
import { addressVariables } from './internal-addresses.js';

const offered = { orchestrator: 1001, jobs: 1002, runner: 1003, persist: 1004 };

it('internal services take the ports offered, and everybody is told', () => {
  expect(addressVariables({ SERVER_PORT: '4003' }, offered)).toEqual({
    NANGO_ORCHESTRATOR_PORT: '1001',
    ORCHESTRATOR_SERVICE_URL: 'http://127.0.0.1:1001',
    NANGO_JOBS_PORT: '1002',
    JOBS_SERVICE_URL: 'http://127.0.0.1:1002',
    NANGO_RUNNER_PORT: '1003',
    RUNNER_SERVICE_URL: 'http://127.0.0.1:1003',
    NANGO_PERSIST_PORT: '1004',
    PERSIST_SERVICE_URL: 'http://127.0.0.1:1004',
    SERVER_SERVICE_URL: 'http://127.0.0.1:4003',
  });
});

it('a port the operator chose stays', () => {
  expect(addressVariables({ NANGO_JOBS_PORT: '3005' }, offered)).toMatchObject({
    NANGO_JOBS_PORT: '3005',
    JOBS_SERVICE_URL: 'http://127.0.0.1:3005',
  });
});

it('the API is reached by loopback where it listens everywhere', () => {
  expect(addressVariables({ FAIRLEAD_HOST: '0.0.0.0' }, offered)['SERVER_SERVICE_URL']).toBe('http://127.0.0.1:3003');
  expect(addressVariables({ FAIRLEAD_HOST: '10.0.0.7' }, offered)['SERVER_SERVICE_URL']).toBe('http://10.0.0.7:3003');
});
