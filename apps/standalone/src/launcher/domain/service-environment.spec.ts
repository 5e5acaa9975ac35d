import { expect, it } from 'vitest';
import { newStackSecrets } from '#libs/embedded';
import { serviceEnvironment } from './service-environment.js';

const secrets = newStackSecrets();
const around = {
  dataDir: '/data',
  port: 4003,
  connectPort: 4009,
  databaseUrl: 'postgres://here/fairlead',
  redisUrl: 'redis://here',
  secrets,
};

it('what is missing comes from the stack', () => {
  expect(serviceEnvironment({ PATH: '/bin' }, around)).toMatchObject({
    PATH: '/bin',
    SERVER_PORT: '4003',
    NANGO_SERVER_URL: 'http://localhost:4003',
    NANGO_CONNECT_UI_PORT: '4009',
    NANGO_PUBLIC_CONNECT_URL: 'http://localhost:4009',
    NANGO_DATABASE_URL: 'postgres://here/fairlead',
    RECORDS_DATABASE_URL: 'postgres://here/fairlead',
    NANGO_REDIS_URL: 'redis://here',
    NANGO_SECRET_KEY_DEV: secrets.NANGO_SECRET_KEY_DEV,
    FAIRLEAD_OBJECTS_PATH: '/data/objects',
  });
});

it('what the operator set wins, given by value or by file', () => {
  const env = serviceEnvironment(
    { NANGO_SECRET_KEY_DEV: 'mine', NANGO_ENCRYPTION_KEY_FILE: '/run/key', NANGO_SERVER_URL: '' },
    around,
  );
  expect(env['NANGO_SECRET_KEY_DEV']).toBe('mine');
  expect(env).not.toHaveProperty('NANGO_ENCRYPTION_KEY');
  expect(env['NANGO_SERVER_URL']).toBe('http://localhost:4003');
});

it("a root key in an envelope leaves no place for the stack's own", () => {
  const env = serviceEnvironment({ NANGO_ENCRYPTION_KEY_WRAPPED: 'envelope' }, around);
  expect(env).not.toHaveProperty('NANGO_ENCRYPTION_KEY');
});

it('the passwords of the embedded stores are part of their addresses only', () => {
  expect(Object.keys(serviceEnvironment({}, around))).not.toContain('postgresPassword');
});
